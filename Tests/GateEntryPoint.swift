import Glibc
import Testing

/// Where the tests of `make test` begin. All of them are Swift Testing's.
///
/// Without an entry point of the package's own, under the name `Tests/XCTMain.swift`, SwiftPM has the compiler write an index of every
/// module, to look for XCTest's tests in it: a fifth of what a build costs. With one, `swift test` runs nothing of Swift Testing unless it
/// is told to: so the gate puts this file there, and takes it away again.
@main
enum GateEntryPoint {
    static func main() async {
        guard CommandLine.arguments.contains("swift-testing") else {
            print("Tests/XCTMain.swift was left by a gate that was killed: delete it, and build again")
            exit(1)
        }
        await Testing.__swiftPMEntryPoint() as Never
    }
}
