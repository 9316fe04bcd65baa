/// The language as people read it: one Markdown page per command, the files of `commands/`, and one per topic, those of
/// `commands/topics/`.
public enum CommandPages {
    /// The page's whole Markdown text, or nil where no command has that name.
    public static func page(named name: String) -> String? { embeddedPages[name] }

    /// The names of all commands' pages, in alphabetical order.
    public static let names: [String] = embeddedPages.keys.sorted()

    /// The Markdown text of a page about what several commands share (`amounts`), or nil where no topic has that name.
    public static func topic(named name: String) -> String? { embeddedTopics[name] }

    /// The names of all topics, in the order in which one reads them.
    public static let topics: [String] = {
        let order = ["start", "amounts", "prices", "times", "conditions", "lines"]
        let known = order.filter { embeddedTopics[$0] != nil }
        return known + embeddedTopics.keys.filter { !known.contains($0) }.sorted()
    }()

    /// The topic that explains a word of the language which is no command's: `ioc`, `until`, `market`.
    public static func topic(explaining word: String) -> String? { explained[word] }

    private static let explained: [String: String] = [
        "amount": "amounts", "size": "amounts", "quantity": "amounts", "half": "amounts", "all": "amounts",
        "at": "prices", "bid": "prices", "ask": "prices", "last": "prices", "market": "prices", "mkt": "prices",
        "limit": "prices", "offset": "prices", "range": "prices", "ranges": "prices",
        "until": "times", "when": "times", "since": "times", "dates": "times", "duration": "times",
        "durations": "times", "timezone": "times", "timezones": "times",
        "condition": "conditions", "ioc": "conditions", "fok": "conditions", "post": "conditions", "gtc": "conditions",
        "day": "conditions", "for": "conditions", "expiry": "conditions", "anyway": "conditions",
        "line": "lines", "tag": "lines", "tags": "lines", "comment": "lines", "comments": "lines", "json": "lines",
        "syntax": "lines", "replies": "lines",
        "topics": "start", "intro": "start", "tutorial": "start", "begin": "start",
    ]
}
