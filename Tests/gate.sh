#!/usr/bin/env bash
# `make test`: builds once, and runs every test, the simulator's worlds and the counts, always the same. Says how long each stage
# took.
#
# Nothing is optimized: an optimized build of the tests takes longer than the tests gain by it. Modules are compiled whole, which takes
# a fifth less than file by file where nothing is built yet, and each once, its interface with it, which takes another fifth less; in a
# folder of its own, so that it does not undo a developer's build.
set -uo pipefail
cd "$(dirname "$0")/.."

swift=${SWIFT:-swift}
seeds=${GATE_SEEDS:-12}
times=()

# stage NAME COMMAND...: runs it, and ends the gate where it fails.
stage() {
    local name=$1 start=$SECONDS
    shift
    "$@"
    local status=$?
    times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
    if [ "$status" != 0 ]; then
        echo "gate: FAILED in: $name"
        told
        exit "$status"
    fi
}

told() { printf 'gate: %s\n' "${times[@]}" "$(printf '%5d s  all of it' "$SECONDS")"; }

build=.build/gate
whole=(-Xswiftc -whole-module-optimization -Xswiftc -num-threads -Xswiftc "$(nproc)"
    -Xswiftc -no-emit-module-separately-wmo -Xswiftc -index-ignore-system-modules)
# Not by `swift test`, of which only one at a time can use the folder.
tests=("$build/debug/outcryPackageTests.xctest" --testing-library swift-testing)
# About half of the time that the tests with processes take.
slow='^ServerTests.*(killed again|both of them killed|a greedy account|an operator beside|over a tape|used elsewhere)'

# Thousands of sockets, and kills: not beside the other tests. They wait more than they work: two at a time.
servers() {
    local others=$build/servers.log
    "${tests[@]}" --filter '^ServerTests' --skip "$slow" > "$others" 2>&1 &
    local beside=$! status=0
    "${tests[@]}" --filter "$slow" || status=$?
    wait "$beside" || status=$?
    cat "$others"
    return "$status"
}

stage "format" make --no-print-directory lint
stage "build" "$swift" build --scratch-path "$build" --build-tests "${whole[@]}"
stage "counts of allocations and rows" "$build/debug/outcry-count"
stage "worlds of the simulator" "$build/debug/outcry-simulate" --seeds "$seeds" --profile mixed
stage "tests" "${tests[@]}" --skip '^ServerTests'
stage "tests with processes" servers
told
