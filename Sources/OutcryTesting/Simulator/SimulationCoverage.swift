/// How often what was seen.
public struct SimulationCoverage: Sendable {
    public private(set) var counts: [String: Int] = [:]

    mutating func count(_ what: String) { counts[what, default: 0] += 1 }

    /// Adds what another run saw.
    public mutating func merge(_ other: SimulationCoverage) {
        for (what, times) in other.counts { counts[what, default: 0] += times }
    }
}
