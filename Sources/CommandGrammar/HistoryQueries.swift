public import Trading

/// Which finished orders to report. What is nil does not narrow it.
public struct ReportQuery: Hashable, Sendable {
    public var kind: OrderKind?
    public var pair: Located<Pair>?
    public var last: Int?
    public var since: Located<When>?
    public var until: Located<When>?

    public init(
        kind: OrderKind? = nil, pair: Located<Pair>? = nil, last: Int? = nil, since: Located<When>? = nil,
        until: Located<When>? = nil
    ) {
        self.kind = kind
        self.pair = pair
        self.last = last
        self.since = since
        self.until = until
    }
}

/// Which fills or transfers to list. What is nil does not narrow it.
public struct HistoryQuery: Hashable, Sendable {
    public var pair: Located<Pair>?
    public var last: Int?
    public var since: Located<When>?
    public var until: Located<When>?
    public var fromID: UInt64?
    public var toID: UInt64?
    public var oldestFirst: Bool

    public init(
        pair: Located<Pair>? = nil, last: Int? = nil, since: Located<When>? = nil, until: Located<When>? = nil,
        fromID: UInt64? = nil, toID: UInt64? = nil, oldestFirst: Bool = false
    ) {
        self.pair = pair
        self.last = last
        self.since = since
        self.until = until
        self.fromID = fromID
        self.toID = toID
        self.oldestFirst = oldestFirst
    }
}

/// What is to be downloaded: all of it, from `since` on.
public struct ExportQuery: Hashable, Sendable {
    /// The raw value is the word for it.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        case trades
        case orders
        case transactions
    }

    /// How it is written; the raw value is the word for it.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case csv
        case json
    }

    public var subject: Subject
    public var since: Located<When>?
    public var format: Format

    public init(subject: Subject, since: Located<When>? = nil, format: Format = .csv) {
        self.subject = subject
        self.since = since
        self.format = format
    }
}
