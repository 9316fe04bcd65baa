import CLibFuzzer
import FuzzTargets
import Glibc

/// One program serves all targets: `outcry-fuzz TARGET`, and behind it what libFuzzer takes.
@main
struct OutcryFuzz {
    /// Read by a C function, which cannot carry it.
    private static let target: FuzzTarget = {
        let name = CommandLine.arguments.dropFirst().first ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
            print("outcry-fuzz TARGET [option of libFuzzer]... [folder of inputs]...\ntargets: \(names)")
            exit(2)
        }
        return target
    }()

    static func main() {
        _ = target
        var arguments = CommandLine.unsafeArgv
        // libFuzzer sees the program's name, and what stands behind the target's.
        arguments[1] = arguments[0]
        arguments += 1
        var count = CommandLine.argc - 1
        let status = withUnsafeMutablePointer(to: &arguments) { pointer in
            pointer.withMemoryRebound(to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1) {
                LLVMFuzzerRunDriver(&count, $0) { bytes, count in
                    OutcryFuzz.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
                }
            }
        }
        exit(status)
    }

    private static func take(_ input: [UInt8]) -> CInt {
        do {
            try target.run(input)
        } catch {
            // The fuzzer takes a crash for a finding, and keeps the input.
            fatalError("\(target.rawValue): \(error)")
        }
        return 0
    }
}

/// libFuzzer's own main wants one by this name, although ours is run.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt { 0 }
