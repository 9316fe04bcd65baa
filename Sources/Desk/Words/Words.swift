import Trading

/// Figures as they stand in a sentence.
enum Words {
    /// `1 order`, `3 orders`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// 0.002 as `0.2%`.
    static func percent(_ rate: ExactDecimal) -> String { "\((try? rate.multiplied(by: 100)) ?? rate)%" }
}
