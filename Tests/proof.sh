#!/usr/bin/env bash
# Everything that takes as long as one gives it: fresh worlds, kills, fuzzers, mutants, sanitizers. `make proof MINUTES=60`.
#
# Each part has a share of the time and prints the seed that tells it again. It stops at the first part that fails, and says which
# parts had no time.
set -uo pipefail
cd "$(dirname "$0")/.."

minutes=${MINUTES:-60}
seed=${OUTCRY_SEED:-$(date +%s)}
begin=$SECONDS
end=$((SECONDS + minutes * 60))
done=()
missed=()

left() { echo $((end - SECONDS)); }

# part NAME SHARE COMMAND...: COMMAND is given the part's seconds in $seconds, a share of all in hundredths.
part() {
    local name=$1 share=$2
    shift 2
    seconds=$((minutes * 60 * share / 100))
    if [ "$(left)" -le 30 ]; then
        missed+=("$name")
        return
    fi
    if [ "$seconds" -gt "$(left)" ]; then seconds=$(left); fi
    export seconds seed
    echo "proof: $name, $seconds s, OUTCRY_SEED=$seed"
    local start=$SECONDS
    # Whoever builds or counts is stopped when all the time is over, which is no failure.
    timeout --foreground "$(left)" bash -c "$*"
    local status=$?
    if [ "$status" = 124 ]; then
        missed+=("$name (stopped)")
    elif [ "$status" != 0 ]; then
        echo "proof: FAILED in $name after $((SECONDS - begin)) s; again with: MINUTES=$minutes OUTCRY_SEED=$seed make proof"
        exit 1
    else
        done+=("$name ($((SECONDS - start)) s)")
    fi
}

# As `make test` builds them.
export tests=".build/gate/debug/outcryPackageTests.xctest --testing-library swift-testing"

# Fresh worlds, several minutes each: the profile's seeds follow one another from the seed on.
worlds() { echo ".build/release/outcry-simulate --minutes \$(((seconds + 59) / 60)) --first-seed ${seed}000 --profile $1"; }
# With three desks side by side a second sees a little less than one kill, and of both ends a fifth of one.
kills='OUTCRY_SEED=$((seed % 99999 + 1)) OUTCRY_KILLS=$((seconds * 3 / 4 + 1)) $tests --filter "every answer is true after every kill"'
both='OUTCRY_SEED=$((seed % 99999 + 1)) OUTCRY_VENUE_KILLS=$((seconds / 5 + 1)) $tests --filter "the books of both are equal at the end"'
fuzz='make --no-print-directory fuzz SECONDS=$((seconds / 25 + 1))'
greedy='OUTCRY_PROGRAM=$PWD/.build/release/outcry OUTCRY_MEASURED=$((seconds + 20)) $tests --filter "beside a greedy account"'
inputs='OUTCRY_SEED=$((seed % 999999 + 1)) $tests --filter "FuzzTests|MutationTests|CoderTests|SimulatorTests"'
whole='OUTCRY_WHOLE=1 $tests --filter "An error at an operation of the disk|WireConvergenceTests|SightTests|FuzzTests|A gateway at random|SimulatedGatewayTests|TapeTests"'

part "build" 0 'seconds=1; Tests/build.sh .build/gate && swift build -c release --product outcry-simulate && swift build -c release --product outcry'
part "debug and release tell the same" 2 'diff <(.build/gate/debug/outcry-simulate --seeds 5 --hashes) <(.build/release/outcry-simulate --seeds 5 --hashes)'
part "worlds: mixed" 14 "$(worlds mixed)"
part "worlds: several exchanges" 6 "$(worlds seats)"
part "worlds: wire" 4 "$(worlds wire)"
part "worlds: btce" 4 "$(worlds btce)"
part "worlds: yobit" 4 "$(worlds yobit)"
part "inputs" 2 "$inputs"
part "what make test tries a part of" 8 "$whole"
part "kills" 10 "$kills"
part "kills of both ends" 6 "$both"
part "greedy accounts" 3 "$greedy"
part "fuzzers" 8 "$fuzz"
part "mutants" 16 'make --no-print-directory mutants'
part "sanitizers" 13 'make --no-print-directory sanitize'

echo "proof: $((SECONDS - begin)) s, no violation, OUTCRY_SEED=$seed"
printf 'proof: done: %s\n' "${done[@]}"
if [ ${#missed[@]} -gt 0 ]; then printf 'proof: no time for: %s\n' "${missed[@]}"; fi
