#!/bin/sh
# Trades on `outcry venue` with clients that somebody else wrote. Needs the network, to fetch them:
#   run.sh PROGRAM FOLDER
# where FOLDER keeps their environments between runs.
set -eu
program=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"

python() { # NAME REQUIREMENT: an environment of its own, made once
    if [ ! -x "$folder/$1/bin/python" ]; then
        python3 -m venv "$folder/$1"
        "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "$2"
    fi
}

venue() { # DIALECT, then a command that gets the address behind it
    dialect=$1
    shift
    "$program" venue --listen 127.0.0.1:0 --dialect "$dialect" --account key:secret --funds "1000 usd, 1 btc" \
        --price btc_usd=230 --price ltc_usd=3 --price ltc_btc=0.013 >"$folder/venue.out" &
    pid=$!
    trap 'kill $pid 2>/dev/null || true' EXIT
    while ! grep -q 'listening on' "$folder/venue.out"; do
        kill -0 $pid
        sleep 0.1
    done
    "$@" "$(sed -n 's/^listening on //p' "$folder/venue.out")"
    kill -TERM $pid
    wait $pid
    trap - EXIT
}

ccxt() { # VERSION CLASS URL
    echo "== ccxt $1, class $2"
    "$folder/ccxt-$1/bin/python" "$here/ccxt_client.py" "$2" "$3" key secret
}

python ccxt-1.18.1 ccxt==1.18.1
python ccxt-4.5.57 ccxt==4.5.57
venue btce ccxt 1.18.1 wex
venue yobit ccxt 1.18.1 yobit
venue yobit ccxt 4.5.57 yobit
