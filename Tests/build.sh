#!/usr/bin/env bash
# Builds all tests as quickly as they can be built: Tests/build.sh FOLDER [OPTIONS of swift build]...
# The tests are run by FOLDER/debug/outcryPackageTests.xctest --testing-library swift-testing.
#
# Nothing is optimized: an optimized build of the tests takes longer than the tests gain by it. Modules are compiled whole, and each
# once, its interface with it; without an index, and without what a debugger needs unless an option asks for it. Together that takes
# half of what a plain build takes; in a folder of its own, so that it does not undo a developer's build.
set -uo pipefail
cd "$(dirname "$0")/.."

folder=$1
shift
# Without it SwiftPM looks for XCTest's tests in an index: see Tests/GateEntryPoint.swift.
entry=Tests/XCTMain.swift
trap 'rm -f "$entry"' EXIT
cp Tests/GateEntryPoint.swift "$entry"
"${SWIFT:-swift}" build --scratch-path "$folder" --build-tests --disable-index-store -debug-info-format none \
    -Xswiftc -whole-module-optimization -Xswiftc -num-threads -Xswiftc "$(nproc)" -Xswiftc -no-emit-module-separately-wmo "$@"
