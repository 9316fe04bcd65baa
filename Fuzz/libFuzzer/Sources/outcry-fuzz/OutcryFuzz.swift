import Glibc
import OutcryTesting

/// What libFuzzer calls with each input; its `main` comes with `-sanitize=fuzzer`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try chosenTarget.run(Array(UnsafeBufferPointer(start: data, count: count)))
    } catch {
        // The fuzzer takes a crash for a finding, and keeps the input.
        fatalError("\(chosenTarget.rawValue): \(error)")
    }
    return 0
}

/// One program serves all targets: `OUTCRY_FUZZ_TARGET` names the one.
private let chosenTarget: FuzzTarget = {
    let name = getenv("OUTCRY_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
        fatalError("OUTCRY_FUZZ_TARGET is \(name.debugDescription); expected one of: \(names)")
    }
    return target
}()
