/// Where the exchange is, how it is spoken to, and how long the adapter waits for what.
public struct BtceSettings: Hashable, Sendable {
    /// Without a slash at its end: `https://exchange.example`.
    public var baseURL: String
    public var dialect: Dialect

    /// Requests a second of one key, and as many at once.
    public var keyRequestsPerSecond: Int64 = 10
    /// Requests a second of all together, and as many at once.
    public var exchangeRequestsPerSecond: Int64 = 20

    /// An order that could not be sent for this long is refused: it never was sent, and never will be. Below the desk's
    /// `answer_s`, after which it calls the order unknown.
    public var placeWaitNanoseconds: Int64 = 8_000_000_000
    /// After which a question that could not be asked is answered with `lost`.
    public var questionWaitNanoseconds: Int64 = 9_000_000_000
    /// Between two looks at an account with orders at the exchange, where the desk asks for none.
    public var lookIntervalNanoseconds: Int64 = 2_000_000_000
    /// How often one request of a look or of a reading of the funds is repeated at once before the whole is given up.
    public var stepRetriesMax = 2
    /// After a look that failed; doubled each time up to the most.
    public var retryMinNanoseconds: Int64 = 500_000_000
    public var retryMaxNanoseconds: Int64 = 60_000_000_000
    /// The longest wait before an order is asked about again about which the exchange contradicts itself. The waits begin
    /// with `retryMinNanoseconds` and are doubled each time.
    public var contradictionMaxNanoseconds: Int64 = 600_000_000_000
    /// After how many contradictions in a row the desk is told of them: fewer are answers of different moments.
    public var contradictionsTold = 5
    /// The longest wait before a cancel is sent again to an exchange that has said that the order is off the book, and still
    /// lists it. The waits begin with a second and are doubled each time.
    public var cancelAgainMaxNanoseconds: Int64 = 60_000_000_000

    /// How long ago the book and the end of the history may have been read when an order is sent: by what was seen then an
    /// order whose answer is lost is told from older ones. Where it is longer ago both are read first.
    public var seenAgeMaxNanoseconds: Int64 = 60_000_000_000
    /// For orders of which nobody knows what had been seen before them: how much further back than their sending the
    /// history is read.
    public var clockDifferenceNanoseconds: Int64 = 300_000_000_000
    /// After a lost answer, before it counts that the exchange shows nothing of the order: its lists may lag behind its
    /// trades.
    public var certaintyNanoseconds: Int64 = 2_000_000_000
    /// The same where the account's key was changed since: another key's nonces prove nothing.
    public var keyChangeNanoseconds: Int64 = 60_000_000_000
    /// For how long a fill may be told after one with a higher number.
    public var historyOverlapNanoseconds: Int64 = 10_000_000_000

    /// Orders of one account that wait to be sent, and questions of one account, each.
    public var waitingMax = 1_000
    /// Rows of a history that are asked for at once; the protocol gives 1,000 at most.
    public var historyRows = 1_000
    /// Rows of an account's history that are kept in memory, and the most that one question for fills is answered with.
    public var historyRowsKept = 20_000
    /// Finished orders of an account that are kept in memory.
    public var finishedOrdersKept = 20_000
    /// Pairs that one request names: a URL has its limits.
    public var pairsPerRequest = 50
    /// On an exchange that wants a pair named: up to so many pairs, all of them are asked about for fills, open orders and funds;
    /// where it trades more, only those on which the account has orders that are known here.
    public var pairsAskedMax = 10
    /// For how long questions for tickers are gathered into one request.
    public var gatherNanoseconds: Int64 = 5_000_000
    /// For how long version 2 is asked after version 3 has not given an answer that makes sense.
    public var fallbackNanoseconds: Int64 = 600_000_000_000
    /// What is taken of a fill on a pair of which the exchange says nothing any more: 0.002 is 0.2%.
    public var feeRateFallbackPerMille: Int64 = 2

    public init(baseURL: String, dialect: Dialect = .btce) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.dialect = dialect
    }

    var pacing: RequestPacing {
        func limit(_ perSecond: Int64) -> RateLimit {
            RateLimit(burst: max(1, perSecond), intervalNanoseconds: 1_000_000_000 / max(1, perSecond))
        }
        return RequestPacing(exchange: limit(exchangeRequestsPerSecond), key: limit(keyRequestsPerSecond))
    }
}
