import ExactJSON
import Trading

/// What the public pages said last: they say the same for two seconds.
struct AnswerCache {
    static let lifetimeNanoseconds: Int64 = 2_000_000_000
    /// How many answers are kept; a client that asks with ever other limits does not fill the memory.
    static let entriesMax = 4_096

    struct Key: Hashable {
        let page: String
        let pair: Pair?
        let limit: Int
    }

    private var entries: [Key: (value: ExchangeJSON, until: Timestamp)] = [:]

    mutating func value(_ key: Key, at now: Timestamp, _ make: () -> ExchangeJSON) -> ExchangeJSON {
        if let entry = entries[key], now < entry.until,
            now >= entry.until.advanced(byNanoseconds: -AnswerCache.lifetimeNanoseconds)
        {
            return entry.value
        }
        if entries.count >= AnswerCache.entriesMax { entries = [:] }
        let value = make()
        entries[key] = (value, now.advanced(byNanoseconds: AnswerCache.lifetimeNanoseconds))
        return value
    }
}
