/// Who is to be looked at when, for many who each have one deadline. Adding one and finding those that are due cost the
/// same with ten connections and with ten thousand.
struct Deadlines<Key> {
    /// Nanoseconds that deadlines are rounded up to.
    private let grain: Int64
    private var slots: [Int64: [Key]] = [:]
    /// The last slot that was emptied.
    private var last: Int64

    init(grain: Int64, now: Int64) {
        self.grain = grain
        last = now / grain
    }

    mutating func add(_ key: Key, at moment: Int64) {
        slots[max(last + 1, (moment + grain - 1) / grain), default: []].append(key)
    }

    /// Takes out those whose moment has come, the earliest first.
    mutating func due(now: Int64) -> [Key] {
        var due: [Key] = []
        while last < now / grain {
            last += 1
            if let slot = slots.removeValue(forKey: last) { due += slot }
        }
        return due
    }
}
