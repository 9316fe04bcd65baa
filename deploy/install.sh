#!/bin/bash
# Installs Outcry on this machine, or brings it up to date: packages, build, program, user, service.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: deploy/install.sh [--binary FILE] [--no-start] [--root DIR]

Installs Outcry on Debian 12 as a systemd service, or brings an installed one up to date. Run it as root, from a checkout, as
often as you like: what is there already stays, the database and /etc/default/outcry above all.

  --binary FILE   install this program and build nothing
  --no-start      install the service, and neither enable nor start it
  --root DIR      put the files below DIR, and touch nothing else of the machine: no packages, no user, no service
  --help          this text

What it does:
  1. installs the packages of deploy/packages that are missing
  2. builds the program with Swift 6.1 or later, which has to be there (swift.org/install)
  3. puts it in /usr/bin/outcry
  4. makes the user outcry
  5. puts the service in /etc/systemd/system/outcry.service, and its options in /etc/default/outcry
  6. makes the master key of exchange keys in /etc/outcry/master-key, unless there is one
  7. starts it, or starts it again, and waits until it answers
USAGE
}

say() { printf '%s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(dirname "$here")
binary=
start=yes
root=

while [ $# -gt 0 ]; do
    case $1 in
        --binary) binary=${2:?--binary needs a FILE}; shift ;;
        --no-start) start=no ;;
        --root) root=${2:?--root needs a DIR}; shift ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; fail "no option $1" ;;
    esac
    shift
done

[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "run it as root: sudo deploy/install.sh"
[ -z "$binary" ] || [ -f "$binary" ] || fail "no file $binary"

# The names in deploy/packages, without comments.
packages() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$here/packages"; }

install_packages() {
    local name missing=()
    while read -r name; do
        # shellcheck disable=SC2016 # ${Status} is dpkg-query's, not the shell's
        if [ "$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null)" != "install ok installed" ]; then
            missing+=("$name")
        fi
    done < <(packages)
    if [ ${#missing[@]} = 0 ]; then
        say "packages: all there"
        return
    fi
    say "packages: installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

find_swift() {
    local candidate
    for candidate in swift /opt/swift/usr/bin/swift /usr/local/swift/usr/bin/swift /usr/libexec/swift/bin/swift; do
        if command -v "$candidate" >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    fail "no Swift toolchain; install Swift 6.1 or later for Debian 12 (swift.org/install) to /opt/swift, or give --binary FILE"
}

build() {
    local swift version
    swift=$(find_swift)
    version=$("$swift" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] || fail "$swift does not say its version"
    dpkg --compare-versions "$version" ge 6.1 || fail "$swift is Swift $version; Outcry needs 6.1 or later"
    say "build: with Swift $version; some minutes the first time"
    # As whoever called sudo, so that the checkout stays theirs. The Swift runtime goes into the program: it needs no toolchain.
    local command=("$swift" build --package-path "$checkout" -c release --product outcry --static-swift-stdlib)
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        runuser -u "$SUDO_USER" -- "${command[@]}"
        binary=$(runuser -u "$SUDO_USER" -- "${command[@]}" --show-bin-path)/outcry
    else
        "${command[@]}"
        binary=$("${command[@]}" --show-bin-path)/outcry
    fi
}

# Puts a file where it belongs if it is another than the one there; answers whether it was.
put() {
    local mode=$1 source=$2 target=$root$3
    if cmp -s "$source" "$target"; then
        say "as it was: $target"
        return 1
    fi
    install -D -m "$mode" "$source" "$target.new" || fail "cannot write $target.new"
    # In one step: a program that runs keeps the file that it was started from.
    mv -f "$target.new" "$target" || fail "cannot write $target"
    say "put: $target"
}

make_user() {
    if getent passwd outcry >/dev/null; then
        say "user: outcry is there"
        return
    fi
    useradd --system --user-group --home-dir /var/lib/outcry --no-create-home --shell /usr/sbin/nologin outcry
    say "user: made outcry"
}

# The service does not start without the file that its credential is loaded from.
make_master_key() {
    if [ -e /etc/outcry/master-key ]; then
        say "master key: there is one"
        return
    fi
    install -d -m 0700 /etc/outcry
    /usr/bin/outcry keys new-master /etc/outcry/master-key
}

answers() {
    exec 3<>/dev/tcp/127.0.0.1/7015 || return 1
    printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    local status
    IFS= read -r -t 2 status <&3 || return 1
    exec 3>&-
    [[ $status == *" 200 "* ]]
}

start_service() {
    if [ ! -d /run/systemd/system ]; then
        say "service: no systemd runs here; start it with: systemctl enable --now outcry"
        return
    fi
    systemctl daemon-reload
    systemctl enable --quiet outcry
    if ! systemctl is-active --quiet outcry; then
        systemctl start outcry
    elif [ "$changed" = yes ]; then
        systemctl restart outcry
    fi
    # Told to listen elsewhere, or to speak TLS, it is asked of systemd only.
    if grep -Eqs -e '^[^#]*(--listen|--tls-cert|--config|OUTCRY_(LISTEN|TLS_CERT|CONFIG)=)' /etc/default/outcry; then
        sleep 3
        systemctl is-active --quiet outcry || fail "the service did not start; see: journalctl -u outcry"
        say "service: up"
        return
    fi
    local try
    for try in $(seq 1 30); do
        if (answers) 2>/dev/null; then
            say "service: up, on 127.0.0.1:7015"
            return
        fi
        [ "$try" = 30 ] || sleep 1
    done
    fail "the service does not answer on 127.0.0.1:7015; see: journalctl -u outcry"
}

if [ -z "$root" ]; then
    # shellcheck disable=SC1091 # part of the machine
    release=$(. /etc/os-release && printf '%s %s' "${ID:-}" "${VERSION_ID:-}")
    [ "$release" = "debian 12" ] || say "note: made for Debian 12, and this is $release"
    install_packages
fi
[ -n "$binary" ] || build

changed=no
if put 0755 "$binary" /usr/bin/outcry; then changed=yes; fi
if put 0644 "$here/outcry.service" /etc/systemd/system/outcry.service; then changed=yes; fi
if [ -e "$root/etc/default/outcry" ]; then
    say "as it was: $root/etc/default/outcry"
else
    options=$(mktemp)
    trap 'rm -f "$options"' EXIT
    cat >"$options" <<'OPTIONS'
# Further options of `outcry serve`, such as --tape FILE; `outcry serve --help` lists them. Then: systemctl restart outcry
OUTCRY_OPTIONS=""
OPTIONS
    put 0644 "$options" /etc/default/outcry || true
fi
[ -z "$root" ] || exit 0

make_user
make_master_key
if [ "$start" = yes ]; then
    start_service
    say "add the first person: sudo -u outcry outcry user add NAME --role admin --database /var/lib/outcry/outcry.db"
fi
