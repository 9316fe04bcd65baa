import Exchange
import Trading

/// What every exchange owes the desk, as checks that any adapter can run.
public struct ExchangeConformance {
    private let makeHarness: () throws -> any ExchangeHarness

    public init(_ makeHarness: @escaping () throws -> any ExchangeHarness) {
        self.makeHarness = makeHarness
    }

    /// One thing that an exchange owes, as a sentence.
    public struct Check: Sendable, CustomStringConvertible {
        public let name: String
        /// What the exchange must be able to do; where it cannot, the check is skipped.
        public let needs: Set<ExchangeCapability>
        let body: @Sendable (ConformanceBench) throws -> Void

        public var description: String { name }
    }

    /// All checks.
    public static let checks: [Check] = placing + matching + asking + books

    /// Runs one check on an exchange of its own. False where the exchange cannot do what it is about; throws
    /// `ConformanceFailure` where it does it wrong.
    public func run(_ check: Check) throws -> Bool {
        let harness = try makeHarness()
        guard check.needs.isSubset(of: harness.capabilities) else { return false }
        try check.body(ConformanceBench(harness, check: check.name))
        return true
    }

    /// Runs all checks; the names of those that were skipped.
    public func run() throws -> [String] {
        try ExchangeConformance.checks.filter { try !run($0) }.map(\.name)
    }

    static func check(
        _ name: String, needs: Set<ExchangeCapability> = [],
        _ body: @escaping @Sendable (ConformanceBench) throws -> Void
    ) -> Check {
        Check(name: name, needs: needs, body: body)
    }
}
