import Foundation

/// How much of what a test could try it tries: the same part each time in `make test`, all of it in `make proof`.
public enum TestExtent {
    /// Whether all is tried, which takes several times as long: `OUTCRY_WHOLE=1`.
    public static let isWhole = ProcessInfo.processInfo.environment["OUTCRY_WHOLE"] == "1"

    /// The first of some cases, every so manieth after it, and the last; or all of them.
    public static func some<Case>(of cases: [Case], every step: Int) -> [Case] {
        guard !isWhole, cases.count > 1 else { return cases }
        return cases.indices.filter { $0 % step == 0 || $0 == cases.count - 1 }.map { cases[$0] }
    }
}
