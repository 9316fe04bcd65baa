import Trading

extension SplitMix64 {
    /// A number of any size: as many of its bits as chance says.
    mutating func units() -> Int128 {
        let bits = Int128(truncatingIfNeeded: UInt128(next()) << 64 | UInt128(next()))
        return bits >> Int128(next() % 128)
    }
}
