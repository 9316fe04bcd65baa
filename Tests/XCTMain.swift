import Testing

/// Where the tests begin. All of them are Swift Testing's.
///
/// SwiftPM takes a file of this name in place of an entry point of its own, for which it has the compiler write an index of every module,
/// to look for XCTest's tests in it: a fifth of what a build costs. `swift test` starts the bundle for XCTest too, and asks it for a list.
@main
enum TestMain {
    static func main() async {
        if CommandLine.arguments.contains("--dump-tests-json") { return print(#"{"tests":[]}"#) }
        guard CommandLine.arguments.contains("swift-testing") else { return }
        await Testing.__swiftPMEntryPoint() as Never
    }
}
