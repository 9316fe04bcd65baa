import CommandPages

/// Tags for lines that the trader did not tag: `c-1kz3f0a-7q2-1`. Unique to this run of the client by the time it began
/// and by chance, and within it by a count.
struct LineTags {
    private let prefix: String
    private var count: UInt64 = 0

    /// `seconds` since 1970, `chance` any number.
    init(seconds: UInt64, chance: UInt32) {
        prefix = "c-\(String(seconds, radix: 36))-\(String(chance, radix: 36))-"
    }

    mutating func next() -> String {
        count += 1
        return prefix + String(count, radix: 36)
    }

    /// The words whose lines change something, so that asking them twice must not do them twice. Questions are left
    /// without a tag: a server keeps the answer to each tag for a day.
    static let changing = Set(CommandGroup.placing.commands).union([
        "cancel", "move", "go", "undo", "panic", "alert", "paper",
    ])
}
