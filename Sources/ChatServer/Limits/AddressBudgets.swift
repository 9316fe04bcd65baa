import Trading

/// A token bucket for each group of addresses, in a table that is bounded itself.
///
/// The table has two halves. New addresses go into the younger one; when that is full the older one is forgotten and
/// the halves change places. So an address is remembered until at least half as many others as the table holds have come
/// after it, and nothing is ever searched or sorted. Who is forgotten begins with a full bucket again: to gain by that, a
/// client needs thousands of addresses, each of which has a full bucket anyway.
struct AddressBudgets {
    private let burst: Int
    private let rate: Int
    /// Addresses that one half holds.
    private let halfMax: Int
    private var young: [AddressGroup: LineBudget] = [:]
    private var old: [AddressGroup: LineBudget] = [:]

    /// - Parameters:
    ///   - burst: requests that an address may make at once.
    ///   - rate: requests a second after that.
    ///   - addressesMax: addresses that the table holds.
    init(burst: Int, rate: Int, addressesMax: Int) {
        self.burst = burst
        self.rate = rate
        halfMax = max(1, addressesMax / 2)
    }

    /// Addresses that are remembered.
    var count: Int { young.count + old.count }

    /// Takes one request's worth. Answers nil where there was enough, or the nanoseconds until there will be.
    mutating func take(_ group: AddressGroup, now: Int64) -> Int64? {
        if let index = young.index(forKey: group) { return young.values[index].take(now: now) }
        var budget = old.removeValue(forKey: group) ?? LineBudget(burst: burst, rate: rate, now: now)
        let wait = budget.take(now: now)
        if young.count >= halfMax {
            old = young
            young = [:]
        }
        young[group] = budget
        return wait
    }
}
