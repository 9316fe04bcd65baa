#!/usr/bin/env bash
# `make test`: builds once, and runs every test, the simulator's worlds and the counts, always the same. Says how long each stage
# took.
set -uo pipefail
cd "$(dirname "$0")/.."

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
# Not by `swift test`, of which only one at a time can use the folder.
tests=("$build/debug/outcryPackageTests.xctest" --testing-library swift-testing)

# About half of the time that the tests with processes take.
slow='^ServerTests.*(killed again|both of them killed|a greedy account|an operator beside|over a tape|used elsewhere)'

# Several at once: what waits for sockets, clocks and processes more than it works would keep a processor waiting with it. The
# simulator's tests take as long as all others that only work.
lanes() {
    local names=(worlds sockets kills servers) pids=() status=0 index
    "${tests[@]}" --filter '^OutcryTestingTests' > "$build/worlds.log" 2>&1 &
    pids+=($!)
    "${tests[@]}" --filter '^(ChatServerTests|OutcryTests)' > "$build/sockets.log" 2>&1 &
    pids+=($!)
    "${tests[@]}" --filter "$slow" > "$build/kills.log" 2>&1 &
    pids+=($!)
    (
        wait_for "${pids[1]}"
        "${tests[@]}" --filter '^ServerTests' --skip "$slow"
    ) > "$build/servers.log" 2>&1 &
    pids+=($!)
    "${tests[@]}" --skip '^(OutcryTestingTests|ChatServerTests|OutcryTests|ServerTests)' || status=$?
    for index in "${!names[@]}"; do
        wait "${pids[index]}" || status=$?
        cat "$build/${names[index]}.log"
    done
    return "$status"
}

# wait_for PID: until a process of this shell has ended, in a subshell, which cannot `wait` for it.
wait_for() { while kill -0 "$1" 2> /dev/null; do sleep 1; done; }

stage "format" make --no-print-directory lint
stage "build" Tests/build.sh "$build"
stage "counts of allocations and rows" "$build/debug/outcry-count"
worlds() {
    "$build/debug/outcry-simulate" --seeds "$seeds" --profile mixed &&
        "$build/debug/outcry-simulate" --seeds "$((seeds / 3))" --profile seats
}

stage "worlds of the simulator" worlds
stage "tests" lanes
told
