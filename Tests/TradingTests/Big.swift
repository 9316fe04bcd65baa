/// A whole number of any size, as schoolbook arithmetic on 32-bit limbs: slow, plain, and nothing of what it judges.
struct Big {
    /// Lowest first, without zeros at the top.
    let limbs: [UInt32]
    let isNegative: Bool

    init(limbs: [UInt32], isNegative: Bool) {
        var trimmed = limbs
        while trimmed.last == 0 { trimmed.removeLast() }
        self.limbs = trimmed
        self.isNegative = isNegative && !trimmed.isEmpty
    }

    init(_ value: Int128) {
        var rest = value.magnitude
        var limbs: [UInt32] = []
        while rest != 0 {
            limbs.append(UInt32(rest % 4_294_967_296))
            rest /= 4_294_967_296
        }
        self.init(limbs: limbs, isNegative: value < 0)
    }

    var isZero: Bool { limbs.isEmpty }

    /// The number, where 127 bits and a sign hold it.
    var int128: Int128? {
        guard limbs.count <= 4 else { return nil }
        var value: Int128 = 0
        for limb in limbs.reversed() {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 4_294_967_296)
            guard !overflow else { return nil }
            let (sum, carry) =
                isNegative
                ? shifted.subtractingReportingOverflow(Int128(limb)) : shifted.addingReportingOverflow(Int128(limb))
            guard !carry else { return nil }
            value = sum
        }
        return value
    }

    func isBelow(_ other: Big) -> Bool { Big.compare(limbs, other.limbs) < 0 }

    static prefix func - (value: Big) -> Big { Big(limbs: value.limbs, isNegative: !value.isNegative) }

    static func + (left: Big, right: Big) -> Big {
        if left.isNegative == right.isNegative {
            return Big(limbs: sum(left.limbs, right.limbs), isNegative: left.isNegative)
        }
        return compare(left.limbs, right.limbs) >= 0
            ? Big(limbs: difference(left.limbs, right.limbs), isNegative: left.isNegative)
            : Big(limbs: difference(right.limbs, left.limbs), isNegative: right.isNegative)
    }

    static func * (left: Big, right: Big) -> Big {
        var product = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count + 1)
        for (row, one) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (column, other) in right.limbs.enumerated() {
                let cell = UInt64(one) * UInt64(other) + UInt64(product[row + column]) + carry
                product[row + column] = UInt32(cell & 0xFFFF_FFFF)
                carry = cell >> 32
            }
            product[row + right.limbs.count] = UInt32(carry)
        }
        return Big(limbs: product, isNegative: left.isNegative != right.isNegative)
    }

    /// Long division of the magnitudes, one bit at a time.
    func magnitudeDivided(by divisor: Big) -> (quotient: Big, remainder: Big) {
        var quotient = [UInt32](repeating: 0, count: limbs.count)
        var remainder: [UInt32] = []
        for index in limbs.indices.reversed() {
            for bit in (0..<32).reversed() {
                remainder = Big.sum(remainder, remainder)
                if limbs[index] >> UInt32(bit) & 1 == 1 { remainder = Big.sum(remainder, [1]) }
                if Big.compare(remainder, divisor.limbs) >= 0 {
                    remainder = Big.difference(remainder, divisor.limbs)
                    quotient[index] |= 1 << UInt32(bit)
                }
            }
        }
        return (Big(limbs: quotient, isNegative: false), Big(limbs: remainder, isNegative: false))
    }

    private static func compare(_ left: [UInt32], _ right: [UInt32]) -> Int {
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        for index in left.indices.reversed() where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return 0
    }

    private static func sum(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for index in 0..<max(left.count, right.count) {
            let cell =
                (index < left.count ? UInt64(left[index]) : 0) + (index < right.count ? UInt64(right[index]) : 0)
                + carry
            result.append(UInt32(cell & 0xFFFF_FFFF))
            carry = cell >> 32
        }
        if carry > 0 { result.append(UInt32(carry)) }
        return result
    }

    /// `left` must not be below `right`.
    private static func difference(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var borrow: Int64 = 0
        for index in left.indices {
            var cell = Int64(left[index]) - borrow - (index < right.count ? Int64(right[index]) : 0)
            borrow = cell < 0 ? 1 : 0
            if cell < 0 { cell += 4_294_967_296 }
            result.append(UInt32(cell))
        }
        while result.last == 0 { result.removeLast() }
        return result
    }
}
