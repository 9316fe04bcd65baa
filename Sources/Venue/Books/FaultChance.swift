package import Trading

extension SplitMix64 {
    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }

    /// True in so many of a thousand cases. Zero draws nothing.
    package mutating func happens(perMille rate: Int) -> Bool { rate > 0 && number(0...999) < Int64(rate) }

    /// True in so many of a million cases. Zero draws nothing.
    package mutating func happens(perMillion rate: Int) -> Bool { rate > 0 && number(0...999_999) < Int64(rate) }

    /// One of `choices`; nil where there is none.
    package mutating func pick<Element>(ifAny choices: [Element]) -> Element? {
        choices.isEmpty ? nil : pick(choices)
    }
}
