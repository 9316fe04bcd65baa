/// Chance with a seed: the same seed gives the same numbers on every machine and in every build.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014). For waits between tries, demonstrations,
/// simulators and tests; never for secrets.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to one below `bound`. The bias of the remainder is nothing for bounds as small as ours.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is nothing below 0")
        return Int(next() % UInt64(bound))
    }

    /// True in so many of a hundred cases.
    public mutating func percent(_ cases: Int) -> Bool { below(100) < cases }

    /// True in so many of a thousand cases.
    public mutating func permille(_ cases: Int) -> Bool { below(1_000) < cases }

    /// One of `choices`, which has at least one.
    public mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    /// A generator of its own for a part of a story, so that one part drawing more does not change another's.
    public mutating func fork() -> SplitMix64 { SplitMix64(seed: next()) }
}
