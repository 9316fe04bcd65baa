extension ExactDecimal {
    @inlinable
    public static func + (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        ExactDecimal(units: left.units + right.units)
    }

    @inlinable
    public static func - (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        ExactDecimal(units: left.units - right.units)
    }

    @inlinable
    public static prefix func - (value: ExactDecimal) -> ExactDecimal { ExactDecimal(units: -value.units) }

    @inlinable
    public static func += (left: inout ExactDecimal, right: ExactDecimal) { left = left + right }

    @inlinable
    public static func -= (left: inout ExactDecimal, right: ExactDecimal) { left = left - right }

    /// The sum, or `overflow`.
    public func adding(_ other: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        let (sum, overflow) = units.addingReportingOverflow(other.units)
        guard !overflow else { throw .overflow }
        return ExactDecimal(units: sum)
    }

    /// The difference, or `overflow`.
    public func subtracting(_ other: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        let (difference, overflow) = units.subtractingReportingOverflow(other.units)
        guard !overflow else { throw .overflow }
        return ExactDecimal(units: difference)
    }

    /// The product, rounded to 10^-18 as told; through a 256-bit intermediate, so that only the result can overflow.
    public func multiplied(by other: ExactDecimal, rounding: Rounding = .exact) throws(DecimalError) -> ExactDecimal {
        let product = units.magnitude.multipliedFullWidth(by: other.units.magnitude)
        return try ExactDecimal.quotient(
            of: product, by: ExactDecimal.one128.magnitude,
            isNegative: (units < 0) != (other.units < 0), rounding: rounding)
    }

    /// The quotient, rounded to 10^-18 as told.
    public func divided(by other: ExactDecimal, rounding: Rounding) throws(DecimalError) -> ExactDecimal {
        guard other.units != 0 else { throw .divisionByZero }
        let dividend = units.magnitude.multipliedFullWidth(by: ExactDecimal.one128.magnitude)
        return try ExactDecimal.quotient(
            of: dividend, by: other.units.magnitude,
            isNegative: (units < 0) != (other.units < 0), rounding: rounding)
    }

    /// What falls to `part` of this where it is all of `whole`: this × part ÷ whole, rounded once, to 10^-18 as told. `whole` must be above
    /// zero.
    public func share(
        of part: ExactDecimal, in whole: ExactDecimal, rounding: Rounding
    ) throws(DecimalError) -> ExactDecimal {
        guard whole.units > 0 else { throw .divisionByZero }
        return try ExactDecimal.quotient(
            of: units.magnitude.multipliedFullWidth(by: part.units.magnitude), by: whole.units.magnitude,
            isNegative: (units < 0) != (part.units < 0), rounding: rounding)
    }

    /// The product of two numbers that is known to fit: price × quantity. What has more than 18 decimals is rounded down, so that parts
    /// never come to more than the whole.
    ///
    /// The engine refuses orders whose value would overflow, so a failure here is corruption and stops the program.
    public func times(_ other: ExactDecimal) -> ExactDecimal { times(other, rounding: .down) }

    /// The same, rounded as told.
    func times(_ other: ExactDecimal, rounding: Rounding) -> ExactDecimal {
        do {
            return try multiplied(by: other, rounding: rounding)
        } catch {
            preconditionFailure("\(self) × \(other): \(error)")
        }
    }

    /// The nearest multiple of `step` in the direction told. `step` must be above zero.
    public func rounded(toMultipleOf step: ExactDecimal, _ rounding: Rounding) throws(DecimalError) -> ExactDecimal {
        guard step.units > 0 else { throw .divisionByZero }
        let remainder = units % step.units
        if remainder == 0 { return self }
        let floorRemainder = remainder < 0 ? remainder + step.units : remainder
        let roundsUp: Bool
        switch rounding {
        case .exact: throw .inexact
        case .down: roundsUp = false
        case .up: roundsUp = true
        case .nearest:
            let distanceUp = step.units - floorRemainder
            roundsUp = distanceUp < floorRemainder || (distanceUp == floorRemainder && units > 0)
        }
        // From the number itself, not from the multiple below it: that one may be outside the range.
        let (result, overflow) =
            roundsUp
            ? units.addingReportingOverflow(step.units - floorRemainder)
            : units.subtractingReportingOverflow(floorRemainder)
        guard !overflow else { throw .overflow }
        return ExactDecimal(units: result)
    }

    /// Whether this number is a whole number of steps. False for a step of zero or less.
    public func isMultiple(of step: ExactDecimal) -> Bool {
        step.units > 0 && units % step.units == 0
    }

    /// How many decimals are needed to write this number without loss: 0 to 18.
    public var significantDecimals: Int {
        if units == 0 { return 0 }
        var rest = units
        var count = ExactDecimal.decimals
        while count > 0, rest % 10 == 0 {
            rest /= 10
            count -= 1
        }
        return count
    }

    /// 10^-n, for n from 0 to 18: the step of a number with n decimals.
    public static func step(decimals n: Int) -> ExactDecimal {
        precondition((0...decimals).contains(n), "a decimal has 0 to 18 decimals")
        var units = one128
        for _ in 0..<n { units /= 10 }
        return ExactDecimal(units: units)
    }

    private static func quotient(
        of dividend: (high: UInt128, low: UInt128), by divisor: UInt128, isNegative: Bool, rounding: Rounding
    ) throws(DecimalError) -> ExactDecimal {
        let (quotient, remainder): (UInt128, UInt128)
        if dividend.high == 0 {
            (quotient, remainder) = dividend.low.quotientAndRemainder(dividingBy: divisor)
        } else {
            guard dividend.high < divisor else { throw .overflow }
            (quotient, remainder) = divisor.dividingFullWidth(dividend)
        }
        var magnitude = quotient
        if remainder != 0 {
            let grows: Bool
            switch rounding {
            case .exact: throw .inexact
            case .down: grows = isNegative
            case .up: grows = !isNegative
            case .nearest: grows = remainder >= divisor - remainder
            }
            if grows {
                let (sum, overflow) = magnitude.addingReportingOverflow(1)
                guard !overflow else { throw .overflow }
                magnitude = sum
            }
        }
        guard let units = Int128(magnitude: magnitude, isNegative: isNegative) else { throw .overflow }
        return ExactDecimal(units: units)
    }
}

extension Int128 {
    /// The number with this magnitude and sign, or nil where it does not fit. The lowest number does: it is one further
    /// from zero than the highest.
    init?(magnitude: UInt128, isNegative: Bool) {
        guard isNegative else {
            self.init(exactly: magnitude)
            return
        }
        guard magnitude <= Int128.min.magnitude else { return nil }
        self = 0 &- Int128(truncatingIfNeeded: magnitude)
    }
}
