import Trading

extension SplitMix64 {
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// A place in `weights`, as likely as its weight.
    mutating func weighted(_ weights: [Int]) -> Int {
        var lot = below(weights.reduce(0, +))
        for (place, weight) in weights.enumerated() {
            lot -= weight
            if lot < 0 { return place }
        }
        return weights.count - 1
    }
}
