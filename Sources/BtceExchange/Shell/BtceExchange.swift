public import Exchange
import Threads
public import Trading

/// An exchange of the btc-e family as the desk knows exchanges: `BtceGateway` on a thread of its own, with sockets and a clock.
///
/// `submit` and `ask` only put down what is asked; all that is said comes through the sink, on the adapter's thread, in the
/// order in which the exchange said it.
public final class BtceExchange: Exchange, Sendable {
    /// What it is started with.
    public struct Setup: Sendable {
        /// What a trader types and reads: `btce`.
        public var name: String
        public var gateway: BtceSettings
        public var http: HTTPSettings
        /// Requests and questions that wait for the adapter's thread.
        public var waitingMax = 50_000
        /// How long requests under way may take to be answered when it goes down.
        public var drainingMillisecondsMax = 3_000
        /// The machine's clock.
        public var clock: @Sendable () -> Timestamp
        /// Decides how long it waits between tries, and nothing else.
        public var seed: UInt64

        public init(
            name: String, gateway: BtceSettings, http: HTTPSettings = .forTrading, seed: UInt64,
            clock: @escaping @Sendable () -> Timestamp
        ) {
            self.name = name
            self.gateway = gateway
            self.http = http
            self.seed = seed
            self.clock = clock
        }
    }

    public let name: String
    public let settlement = Settlement.overTheWire
    /// The protocol knows no names of ours and pushes nothing; fees are taken in what is received.
    public let traits = ExchangeTraits(
        news: .polled, keepsClientOrderIDs: false, fillNumbering: .perAccount, feeBasis: .received,
        listsTransactions: true,
        cancelsForeignOrders: true, needsKeys: true)
    /// Asks what a key may do that no account uses yet.
    public let keyCheck: KeyCheck
    private let mailbox: Mailbox<GatewayMessage>
    private let hasEnded = Monitor(false)

    /// Starts the thread.
    public init(
        _ setup: Setup, nonceStore: any NonceStore & Sendable, sink: @escaping ExchangeSink
    ) throws(HTTPClient.StartFailure) {
        name = setup.name
        let client = try HTTPClient(setup.http)
        keyCheck = KeyCheck(
            client: client, baseURL: setup.gateway.baseURL, dialect: setup.gateway.dialect, nonces: nonceStore,
            clock: setup.clock)
        let mailbox = Mailbox<GatewayMessage>(messagesMax: setup.waitingMax)
        self.mailbox = mailbox
        let hasEnded = hasEnded
        let isStarted = NamedThread.start(name: "outcry \(setup.name)") {
            GatewayLoop(setup: setup, store: nonceStore, client: client, mailbox: mailbox, sink: sink).run()
            hasEnded.withLock { $0 = true }
        }
        guard isStarted else {
            client.shutDown(graceMilliseconds: 0) {}
            throw .noThread
        }
    }

    deinit { mailbox.post(.shutDown) }

    /// Gives an account the key under which it is traded, or takes it away. `told` is called on the adapter's thread, with
    /// what keeps the key from being used, or nil.
    public func setKey(
        _ key: TapiKey?, for account: AccountID,
        told: @escaping @Sendable (BtceGateway.KeyFailure?) -> Void = { _ in }
    ) {
        mailbox.post(.setKey(key, account, told))
    }

    /// Before anything is asked.
    public func recall(_ orders: [SentOrder]) { mailbox.post(.recall(orders)) }

    /// Puts the request down; refuses it at once where too many wait.
    public func submit(_ request: OrderRequest, at now: Timestamp) -> [ExchangeReport] {
        guard !mailbox.post(.submit(request), evenIfFull: false) else { return [] }
        let client = request.clientOrderID
        switch request {
        case .place:
            return [
                .execution(
                    account: request.account,
                    .rejected(client, code: .exchangeUnavailable, reason: "too many requests wait for \(name)"))
            ]
        case .cancel:
            return [
                .execution(
                    account: request.account,
                    .cancelRejected(client, reason: "too many requests wait for \(name)"))
            ]
        case .status: return []
        }
    }

    /// Others of its kind may be sent.
    public func noted(_ order: ClientOrderID, of account: AccountID, at now: Timestamp) {
        mailbox.post(.noted(order, account))
    }

    /// Puts the question down; answers `lost` at once where too many wait.
    public func ask(_ query: ExchangeQuery, id: QueryID, at now: Timestamp) -> [ExchangeReport] {
        mailbox.post(.ask(query, id), evenIfFull: false) ? [] : [.answer(id, .lost)]
    }

    /// Puts the cancel down; refuses it at once where too many wait.
    public func cancelForeign(
        exchangeOrderID: String, pair: Pair?, of account: AccountID, id: QueryID, at now: Timestamp
    ) -> [ExchangeReport] {
        guard !mailbox.post(.cancelForeign(exchangeOrderID, pair, account, id), evenIfFull: false) else { return [] }
        return [.answer(id, .refused(.exchangeUnavailable, reason: "too many requests wait for \(name)"))]
    }

    /// Sends nothing more, waits for what is under way, tells what became of it, and returns when the thread has ended. What got no
    /// answer by then is said to be lost.
    public func shutDown() {
        mailbox.post(.shutDown)
        while hasEnded.wait(seconds: 60, for: { $0 ? () : nil }) == nil {}
    }
}

extension HTTPSettings {
    /// For requests that spend money: an answer is given up before the desk calls the order unknown.
    public static var forTrading: HTTPSettings {
        var settings = HTTPSettings()
        settings.limits.connectMillisecondsMax = 3_000
        settings.limits.requestMillisecondsMax = 8_000
        return settings
    }
}
