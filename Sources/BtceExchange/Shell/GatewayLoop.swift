import Exchange
import Threads
import Trading

/// The adapter's thread: takes messages, lets the gateway work, sends what it wants sent, and says what it says.
struct GatewayLoop {
    /// How long it sleeps when nothing is due: a clock that was set is noticed by then.
    private static let sleepNanosecondsMax: Int64 = 1_000_000_000

    private let setup: BtceExchange.Setup
    private let client: HTTPClient
    private let mailbox: Mailbox<GatewayMessage>
    private let sink: ExchangeSink
    private let gateway: BtceGateway
    private var underWay = 0
    private var isEnding = false

    init(
        setup: BtceExchange.Setup, store: any NonceStore, client: HTTPClient, mailbox: Mailbox<GatewayMessage>,
        sink: @escaping ExchangeSink
    ) {
        self.setup = setup
        self.client = client
        self.mailbox = mailbox
        self.sink = sink
        gateway = BtceGateway(setup.gateway, nonceStore: store, startedAt: setup.clock(), seed: setup.seed)
    }

    consuming func run() {
        while !isEnding || underWay > 0 {
            let due = isEnding ? nil : gateway.nextDue
            let now = setup.clock()
            let wait = due.map { min(max(0, $0.nanoseconds(since: now)), GatewayLoop.sleepNanosecondsMax) }
            let messages = mailbox.drain(waitingNanoseconds: wait ?? GatewayLoop.sleepNanosecondsMax)
            for message in messages { open(message, at: setup.clock()) }
            work()
        }
        mailbox.close()
        client.shutDown(graceMilliseconds: 0) {}
    }

    private mutating func work() {
        let turn = isEnding ? gateway.lastTurn() : gateway.work(at: setup.clock())
        for (number, request) in turn.requests {
            underWay += 1
            let mailbox = mailbox
            client.send(request) { mailbox.post(.answered(number, $0)) }
        }
        if !turn.reports.isEmpty { sink(turn.reports) }
    }

    private mutating func open(_ message: GatewayMessage, at now: Timestamp) {
        switch message {
        case .recall(let orders): gateway.recall(orders)
        case .setKey(let key, let account, let told):
            do throws(BtceGateway.KeyFailure) {
                try gateway.setKey(key, for: account, at: now)
                told(nil)
            } catch {
                told(error)
            }
        case .submit(let request): gateway.submit(request, at: now)
        case .noted(let order, let account): gateway.noted(order, of: account, at: now)
        case .ask(let query, let id): gateway.ask(query, id: id, at: now)
        case .cancelForeign(let order, let pair, let account, let id):
            gateway.cancelForeign(exchangeOrderID: order, pair: pair, of: account, id: id, at: now)
        case .answered(let number, let outcome):
            underWay -= 1
            gateway.answered(number, outcome, at: now)
        case .shutDown:
            guard !isEnding else { return }
            isEnding = true
            // Answers everything that is under way, at the latest when the time is over.
            client.shutDown(graceMilliseconds: setup.drainingMillisecondsMax) {}
        }
    }
}
