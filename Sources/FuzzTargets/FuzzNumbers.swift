import Exchange
import Trading

/// What holds for numbers in text.
enum FuzzNumbers {
    /// Two numbers, with a space between them. What is read is written as what reads the same; sums and products are
    /// exact, or refused.
    static func decimal(_ bytes: [UInt8]) throws(FuzzFinding) {
        let parts = bytes.split(separator: UInt8(ascii: " "), maxSplits: 1).map { Array($0) }
        guard let first = try? ExactDecimal(parsingUTF8: parts.first ?? []) else { return }
        let text = first.description
        try expect(ExactDecimal(text) == first, "\(text) reads otherwise than it was written")
        try expect(text.utf8.allSatisfy { "-.0123456789".utf8.contains($0) }, "it is written \(text)")
        guard parts.count == 2, let second = try? ExactDecimal(parsingUTF8: parts[1]) else { return }
        if let sum = try? first.adding(second) {
            try expect((try? sum.subtracting(second)) == first, "\(first) + \(second) - \(second) is another number")
        }
        for rounding in [Rounding.exact, .up, .down, .nearest] {
            let product = try? first.multiplied(by: second, rounding: rounding)
            try expect(
                product == (try? second.multiplied(by: first, rounding: rounding)),
                "\(first) × \(second) depends on order")
            if rounding == .exact, let product, !second.isZero {
                try expect(
                    (try? product.divided(by: second, rounding: .exact)) == first,
                    "\(first) × \(second) ÷ \(second) is another number")
            }
            _ = try? first.divided(by: second, rounding: rounding)
            _ = try? first.rounded(toMultipleOf: second, rounding)
        }
    }

    /// A moment as a tape writes it, or whole nanoseconds: written, it reads as the same millisecond.
    static func timestamp(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let time = Int64(text).map({ Timestamp(nanoseconds: $0) }) ?? Timestamp(tapeText: text) else { return }
        let written = time.description
        let date = CivilDate(daysSince1970: time.seconds / 86_400)
        try expect(CivilDate(year: date.year, month: date.month, day: date.day) == date, "\(date) does not exist")
        guard let read = Timestamp(tapeText: written) else {
            // The first and last days of the range are in years that are not read.
            try expect(written.hasPrefix("1677-") || written.hasPrefix("2262-"), "\(written) is not read")
            return
        }
        let lost = time.nanoseconds(since: read)
        try expect((0..<1_000_000).contains(lost), "\(time.nanoseconds) is written \(written)")
    }
}
