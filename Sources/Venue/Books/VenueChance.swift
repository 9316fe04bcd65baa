/// Chance with a seed: the same seed gives the same story on every machine and in every build (SplitMix64).
package struct VenueChance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }

    /// True in so many of a thousand cases. Zero draws nothing.
    package mutating func perMille(_ rate: Int) -> Bool { rate > 0 && number(0...999) < Int64(rate) }

    /// True in so many of a million cases. Zero draws nothing.
    package mutating func perMillion(_ rate: Int) -> Bool { rate > 0 && number(0...999_999) < Int64(rate) }

    package mutating func pick<Element>(_ choices: [Element]) -> Element? {
        choices.isEmpty ? nil : choices[Int(number(0...Int64(choices.count - 1)))]
    }
}
