import Exchange
import Glibc
import Trading

/// The adapter's thread: takes letters, lets the gateway work, sends what it wants sent, and says what it says.
struct GatewayLoop {
    /// How long it sleeps when nothing is due: a clock that was set is noticed by then.
    private static let sleepNanosecondsMax: Int64 = 1_000_000_000

    private let setup: BtceExchange.Setup
    private let client: HTTPClient
    private let mail: GatewayMail
    private let sink: ExchangeSink
    private let gateway: BtceGateway
    private var underWay = 0
    private var isEnding = false

    init(
        setup: BtceExchange.Setup, store: any NonceStore, client: HTTPClient, mail: GatewayMail,
        sink: @escaping ExchangeSink
    ) {
        self.setup = setup
        self.client = client
        self.mail = mail
        self.sink = sink
        gateway = BtceGateway(setup.gateway, nonceStore: store, startedAt: setup.clock(), seed: setup.seed)
    }

    consuming func run() {
        while !isEnding || underWay > 0 {
            let due = isEnding ? nil : gateway.nextDue
            let now = setup.clock()
            let wait = due.map { min(max(0, $0.nanoseconds(since: now)), GatewayLoop.sleepNanosecondsMax) }
            let letters = mail.take(waitingNanoseconds: wait ?? GatewayLoop.sleepNanosecondsMax)
            for letter in letters { open(letter, at: setup.clock()) }
            work()
        }
        mail.close()
        client.shutDown(graceMilliseconds: 0) {}
    }

    private mutating func work() {
        let turn = isEnding ? gateway.lastTurn() : gateway.work(at: setup.clock())
        for (number, request) in turn.requests {
            underWay += 1
            let mail = mail
            client.send(request) { mail.post(.answered(number, $0)) }
        }
        if !turn.reports.isEmpty { sink(turn.reports) }
    }

    private mutating func open(_ letter: GatewayMail.Letter, at now: Timestamp) {
        switch letter {
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

/// That a thread has ended, for who waits for it.
///
/// `@unchecked Sendable` holds because the semaphore is made for use by several threads, and is never moved: it lives on the
/// heap until the last reference to this object is gone.
final class Ending: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func end() { sem_post(semaphore) }

    /// Returns once it has ended, however often it is called.
    func wait() {
        while sem_wait(semaphore) != 0 {}
        sem_post(semaphore)
    }
}
