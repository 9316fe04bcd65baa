/// A decimal number that is exact: a count of 10^-18.
///
/// Money is never a binary fraction. The range is about ±1.7 × 10^20 with 18 decimals, everywhere. What leaves the
/// range, or would lose a digit without being told how to round, is a `DecimalError`, never a wrap.
///
/// The operators `+`, `-` and unary `-` stop the program on overflow: they are for sums of amounts that were checked
/// when they entered. What comes from outside goes through `adding(_:)`, `subtracting(_:)` and `multiplied(by:rounding:)`.
public struct ExactDecimal: Hashable, Sendable {
    /// How many units of 10^-18 this number is.
    public let units: Int128

    /// The number of decimals that every value carries.
    public static let decimals = 18

    /// One, in units: 10^18.
    static let one128: Int128 = 1_000_000_000_000_000_000

    @inlinable
    public init(units: Int128) {
        self.units = units
    }

    /// A whole number. Every `Int` fits.
    public init(_ whole: Int) {
        units = Int128(whole) * ExactDecimal.one128
    }

    public static let zero = ExactDecimal(units: 0)
    public static let one = ExactDecimal(1)

    @inlinable public var isZero: Bool { units == 0 }
    @inlinable public var isNegative: Bool { units < 0 }
    @inlinable public var isPositive: Bool { units > 0 }

    /// The distance from zero. Stops the program for the one value whose distance does not fit.
    public var magnitude: ExactDecimal { units < 0 ? -self : self }
}

/// Why an exact result could not be given.
public enum DecimalError: Error, Hashable, Sendable {
    /// The result is outside ±1.7 × 10^20.
    case overflow
    /// The result has digits below 10^-18 and `Rounding.exact` was asked for.
    case inexact
    case divisionByZero
}

/// What to do with digits that do not fit.
public enum Rounding: Hashable, Sendable {
    /// Digits that do not fit are an error.
    case exact
    /// Towards minus infinity.
    case down
    /// Towards plus infinity.
    case up
    /// To the nearest, halves away from zero: what a trader does by hand.
    case nearest
}

extension ExactDecimal: Comparable {
    @inlinable
    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool { left.units < right.units }
}

extension ExactDecimal: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}
