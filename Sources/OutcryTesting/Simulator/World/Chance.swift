/// Chance that is no chance: the same seed gives the same lots, on any machine and in any build (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to one below `bound`.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a lot among none")
        return Int(next() % UInt64(bound))
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True `times` times out of a thousand.
    mutating func permille(_ times: Int) -> Bool { below(1_000) < times }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A place in `weights`, as likely as its weight.
    mutating func weighted(_ weights: [Int]) -> Int {
        var lot = below(weights.reduce(0, +))
        for (place, weight) in weights.enumerated() {
            lot -= weight
            if lot < 0 { return place }
        }
        return weights.count - 1
    }

    /// Lots of their own for a part of the world, so that one part drawing more does not change another's.
    mutating func fork() -> Chance { Chance(seed: next()) }
}
