#!/usr/bin/env bash
# `make test`: builds once, in release, and runs every test, the simulator's worlds and the counts, always the same. Says how long
# each stage took.
#
# The build has a folder of its own: `make run` builds the program without `-enable-testing`, and each would throw away the other's.
set -uo pipefail
cd "$(dirname "$0")/.."

swift=${SWIFT:-swift}
seeds=${GATE_SEEDS:-12}
build=.build/gate
options=(-c release -Xswiftc -enable-testing -debug-info-format none --scratch-path "$build")
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

stage "format" make --no-print-directory lint
stage "build" "$swift" build "${options[@]}" --build-tests
stage "counts of allocations and rows" "$build/release/outcry-count"
stage "worlds of the simulator" "$build/release/outcry-simulate" --seeds "$seeds" --profile mixed
stage "tests" "$swift" test "${options[@]}" --skip-build --skip '^ServerTests'
# Thousands of sockets, and kills: by themselves.
stage "tests with processes" "$swift" test "${options[@]}" --skip-build --filter '^ServerTests'
told
