/// How often what was seen.
public struct SimulationCoverage: Sendable {
    /// What is counted; within each, by name.
    public enum Kind: String, Sendable, CaseIterable, Comparable {
        /// Status, what happened, status after it.
        case transition
        /// What went wrong, and the status that an order was in then.
        case fault
        /// Codes of refusals that traders were answered with.
        case refusal
        /// Notifications by event.
        case event
        case crossing

        public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    public private(set) var counts: [Kind: [String: Int]] = [:]

    public init() {}

    mutating func count(_ kind: Kind, _ name: String, times: Int = 1) {
        guard times > 0 else { return }
        counts[kind, default: [:]][name, default: 0] += times
    }

    mutating func reached(_ crossing: Crossing) { count(.crossing, crossing.rawValue) }

    /// Adds what another run saw.
    public mutating func merge(_ other: SimulationCoverage) {
        for (kind, names) in other.counts {
            for (name, times) in names { count(kind, name, times: times) }
        }
    }

    /// The crossings of a profile that no run has reached.
    public func missing(in profile: SimulationProfile) -> [Crossing] {
        Crossing.allCases.filter { $0.isRequired(in: profile) && (counts[.crossing]?[$0.rawValue] ?? 0) == 0 }
    }

    /// The crossings that were reached, by name.
    public var crossings: [String] { (counts[.crossing] ?? [:]).keys.sorted() }

    /// How much was seen of each kind, in one line.
    public var summary: String {
        func seen(_ kind: Kind) -> Int { counts[kind]?.count ?? 0 }
        func times(_ kind: Kind) -> Int { counts[kind]?.values.reduce(0, +) ?? 0 }
        return """
            crossings: \(seen(.crossing)) of \(Crossing.allCases.count), \(times(.crossing)) times; \
            transitions: \(seen(.transition)), \(times(.transition)) times; \
            faults: \(seen(.fault)), \(times(.fault)) times; \
            refusals: \(seen(.refusal)), \(times(.refusal)) times; events: \(seen(.event)), \(times(.event)) times
            """
    }

    /// A line a count, in the order of kinds and names.
    public var lines: [String] {
        Kind.allCases.sorted().flatMap { kind in
            (counts[kind] ?? [:]).sorted { $0.key < $1.key }.map { "\(kind.rawValue)  \($0.key)  \($0.value)" }
        }
    }
}
