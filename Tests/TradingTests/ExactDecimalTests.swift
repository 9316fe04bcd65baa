import Testing
import Trading

private let largest = "170141183460469231731.687303715884105727"
private let lowest = "-170141183460469231731.687303715884105728"

@Suite struct ExactDecimalTextTests {
    @Test(arguments: [
        ("230", "230"), ("230.", "230"), (".5", "0.5"), ("-.5", "-0.5"), ("+1", "1"), ("0", "0"), ("-0", "0"),
        ("-0.0", "0"), ("000230.500", "230.5"), ("0.000000000000000001", "0.000000000000000001"),
        ("0.1000000000000000000000000000", "0.1"), ("-12.5", "-12.5"), ("1.000000000000000000", "1"),
        (largest, largest), (lowest, lowest), ("00000000000000000000000000000000000000000000000001", "1"),
    ])
    func `a number reads and prints as`(text: String, printed: String) throws {
        let number = try ExactDecimal(parsing: text)
        #expect(number.description == printed)
        #expect(ExactDecimal(printed) == number)
        #expect(try ExactDecimal(parsingUTF8: Array(text.utf8)) == number)
    }

    @Test(arguments: [
        ("", ExactDecimal.ParseError.notANumber), ("-", .notANumber), ("+", .notANumber), (".", .notANumber),
        ("-.", .notANumber), ("--1", .notANumber), ("1-", .notANumber), ("+-1", .notANumber), ("1.2.3", .notANumber),
        ("1,5", .notANumber), ("1e5", .notANumber), (" 1", .notANumber), ("1 ", .notANumber), ("0x1", .notANumber),
        ("٣", .notANumber), ("½", .notANumber), ("nan", .notANumber), ("inf", .notANumber),
        ("0.0000000000000000001", .tooManyDecimals), ("1.0000000000000000000000001", .tooManyDecimals),
        ("170141183460469231731.687303715884105728", .overflow),
        ("-170141183460469231731.687303715884105729", .overflow), ("170141183460469231732", .overflow),
        ("999999999999999999999999999999999999999", .overflow),
        ("99999999999999999999999999999999999999999999999999999999", .overflow),
    ])
    func `what is no number is refused`(text: String, error: ExactDecimal.ParseError) {
        #expect(throws: error) { try ExactDecimal(parsing: text) }
        #expect(ExactDecimal(text) == nil)
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func `every number prints as a text that reads back as itself`(seed: UInt64) throws {
        var chance = SplitMix64(seed: seed)
        for _ in 0..<1_000 {
            let number = ExactDecimal(units: chance.units())
            #expect(try ExactDecimal(parsing: number.description) == number, "seed \(seed)")
            #expect(!number.description.contains(".") || number.description.last != "0")
            #expect(number.description == printed(number.units), "seed \(seed)")
        }
        for units in [Int128.min, .min + 1, -1, 0, 1, .max - 1, .max] {
            #expect(try ExactDecimal(parsing: ExactDecimal(units: units).description).units == units)
        }
    }

    @Test func `numbers know their decimals, and steps are powers of ten`() throws {
        for (text, count) in [
            ("0", 0), ("1", 0), ("100", 0), ("0.1", 1), ("-0.25", 2), ("1.000000000000000001", 18), ("170.50", 1),
        ] {
            #expect(try ExactDecimal(parsing: text).significantDecimals == count, "\(text)")
        }
        for count in 0...18 {
            let step = ExactDecimal.step(decimals: count)
            #expect(step.significantDecimals == count)
            #expect(step.description == (count == 0 ? "1" : "0." + String(repeating: "0", count: count - 1) + "1"))
        }
    }

    /// Printed by moving the point in the digits of the count.
    private func printed(_ units: Int128) -> String {
        var digits = String(units.magnitude)
        while digits.count < 19 { digits = "0" + digits }
        let fraction = digits.suffix(18)
        var text = String(digits.dropLast(18))
        var kept = Substring(fraction)
        while kept.last == "0" { kept.removeLast() }
        if !kept.isEmpty { text += "." + kept }
        return (units < 0 ? "-" : "") + text
    }
}

@Suite struct ExactDecimalArithmeticTests {
    static let roundings: [Rounding] = [.exact, .down, .up, .nearest]
    static let edges: [Int128] = [
        .min, .min + 1, .min / 2, -1_000_000_000_000_000_001, -1_000_000_000_000_000_000, -999_999_999_999_999_999, -3,
        -2,
        -1, 0, 1, 2, 3, 500_000_000_000_000_000, 999_999_999_999_999_999, 1_000_000_000_000_000_000,
        1_000_000_000_000_000_001, 13_043_817_825_332_782_212, .max / 2, .max - 1, .max,
    ]

    private func numbers(seed: UInt64) -> [(Int128, Int128)] {
        var chance = SplitMix64(seed: seed)
        return (0..<400).map { _ in (chance.units(), chance.units()) }
    }

    private var edgePairs: [(Int128, Int128)] {
        Self.edges.flatMap { left in Self.edges.map { (left, $0) } }
    }

    @Test func `sums and differences are exact or an overflow`() {
        for (left, right) in edgePairs + numbers(seed: 21) {
            let (one, other) = (ExactDecimal(units: left), ExactDecimal(units: right))
            #expect(result { () throws(DecimalError) in try one.adding(other) } == fitting(Big(left) + Big(right)))
            #expect(
                result { () throws(DecimalError) in try one.subtracting(other) } == fitting(Big(left) + -Big(right)))
        }
    }

    @Test(arguments: roundings)
    func `products are what schoolbook multiplication gives`(rounding: Rounding) {
        for (left, right) in edgePairs + numbers(seed: 22) {
            let product = Big(left) * Big(right)
            let expected = quotient(product, Big(Int128(1_000_000_000_000_000_000)), rounding)
            let found = result { () throws(DecimalError) in
                try ExactDecimal(units: left).multiplied(by: ExactDecimal(units: right), rounding: rounding)
            }
            #expect(same(found, expected), "\(left) × \(right)")
        }
    }

    @Test(arguments: roundings)
    func `quotients are what long division gives`(rounding: Rounding) {
        for (left, right) in edgePairs + numbers(seed: 23) {
            let found = result { () throws(DecimalError) in
                try ExactDecimal(units: left).divided(by: ExactDecimal(units: right), rounding: rounding)
            }
            let expected: Result<Int128, DecimalError> =
                right == 0
                ? .failure(.divisionByZero)
                : quotient(Big(left) * Big(Int128(1_000_000_000_000_000_000)), Big(right), rounding)
            #expect(same(found, expected), "\(left) / \(right)")
        }
    }

    @Test(arguments: roundings)
    func `the multiple of a step is the one that the rounding says`(rounding: Rounding) {
        for (left, step) in edgePairs + numbers(seed: 24) {
            let found = result { () throws(DecimalError) in
                try ExactDecimal(units: left).rounded(toMultipleOf: ExactDecimal(units: step), rounding)
            }
            guard step > 0 else {
                #expect(found == .failure(.divisionByZero))
                continue
            }
            #expect(ExactDecimal(units: left).isMultiple(of: ExactDecimal(units: step)) == (left % step == 0))
            let expected: Result<Int128, DecimalError> =
                switch quotient(Big(left), Big(step), rounding) {
                case .success(let count): fitting(Big(count) * Big(step))
                case .failure(let error): .failure(error)
                }
            #expect(found == expected, "\(left) to \(step)")
        }
    }

    @Test(arguments: [
        ("2.5", "1", Rounding.nearest, "3"), ("-2.5", "1", .nearest, "-3"), ("2.4", "1", .nearest, "2"),
        ("2.5", "1", .down, "2"), ("-2.5", "1", .down, "-3"), ("2.1", "1", .up, "3"), ("-2.9", "1", .up, "-2"),
        ("1.08258", "0.001", .nearest, "1.083"), ("229.94", "0.05", .down, "229.9"), ("3", "1", .exact, "3"),
    ])
    func `rounded as a trader does it`(text: String, step: String, rounding: Rounding, expected: String) throws {
        let rounded = try ExactDecimal(parsing: text).rounded(toMultipleOf: ExactDecimal(parsing: step), rounding)
        #expect(rounded.description == expected)
    }

    @Test func `operators, order and whole numbers`() throws {
        let half = try ExactDecimal(parsing: "0.5")
        var sum = half + 2
        sum += half
        sum -= 1
        #expect(sum == 2 && -sum == -2)
        #expect(try sum - half == ExactDecimal(parsing: "1.5"))
        #expect(try half.times(half) == ExactDecimal(parsing: "0.25"))
        #expect((-half).magnitude == half && half.magnitude == half)
        #expect(half < 1 && half > -1 && half.isPositive && (-half).isNegative && ExactDecimal.zero.isZero)
        #expect(ExactDecimal(Int.max).description == String(Int.max))
        #expect(ExactDecimal(Int.min).description == String(Int.min))
        #expect(ExactDecimal.one == 1)
    }

    private func result(_ body: () throws(DecimalError) -> ExactDecimal) -> Result<Int128, DecimalError> {
        do {
            return .success(try body().units)
        } catch {
            return .failure(error)
        }
    }

    /// What is both out of range and inexact may be refused for either reason.
    private func same(_ found: Result<Int128, DecimalError>, _ expected: Result<Int128, DecimalError>) -> Bool {
        found == expected || (found == .failure(.inexact) && expected == .failure(.overflow))
    }

    private func fitting(_ number: Big) -> Result<Int128, DecimalError> {
        number.int128.map { .success($0) } ?? .failure(.overflow)
    }

    private func quotient(_ dividend: Big, _ divisor: Big, _ rounding: Rounding) -> Result<Int128, DecimalError> {
        let (quotient, remainder) = dividend.magnitudeDivided(by: divisor)
        let isNegative = dividend.isNegative != divisor.isNegative
        var result = Big(limbs: quotient.limbs, isNegative: isNegative)
        if result.int128 == nil { return .failure(.overflow) }
        guard !remainder.isZero else { return fitting(result) }
        let away = Big(Int128(isNegative ? -1 : 1))
        switch rounding {
        case .exact: return .failure(.inexact)
        case .down: if isNegative { result = result + away }
        case .up: if !isNegative { result = result + away }
        case .nearest:
            let twice = remainder + remainder
            if !(twice.isBelow(Big(limbs: divisor.limbs, isNegative: false))) { result = result + away }
        }
        return fitting(result)
    }
}
