import Trading

extension ExactDecimal {
    /// The most decimals that text shows; of a figure below one, counted from its first digit.
    private static let decimalsShown = 8

    /// As text shows it: at most 8 significant decimals, with `≈` where digits are left out. JSON has all of them.
    var shown: String {
        guard significantDecimals > ExactDecimal.decimalsShown else { return description }
        // 0.00000070941 has six zeros that say nothing.
        var decimals = ExactDecimal.decimalsShown
        var first = magnitude
        while !first.isZero, first < ExactDecimal.step(decimals: 1), decimals < ExactDecimal.decimals {
            guard let next = try? first.multiplied(by: 10) else { break }
            first = next
            decimals += 1
        }
        guard significantDecimals > decimals,
            let rounded = try? rounded(toMultipleOf: .step(decimals: decimals), .nearest)
        else { return description }
        return "≈\(rounded)"
    }

    /// With two decimals and its thousands apart, for a sum that is only to be looked at: `1,459.65`.
    var grouped: String {
        guard let rounded = try? rounded(toMultipleOf: .step(decimals: 2), .nearest) else { return description }
        let parts = rounded.magnitude.description.split(separator: ".")
        var digits = String(parts[0])
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        let whole = ([digits] + groups).joined(separator: ",")
        let cents = parts.count > 1 ? String(parts[1]) : ""
        return "\(rounded.isNegative ? "-" : "")\(whole).\(cents.padding(toTwo: "0"))"
    }
}

extension String {
    fileprivate func padding(toTwo filler: Character) -> String {
        self + String(repeating: filler, count: Swift.max(0, 2 - count))
    }
}
