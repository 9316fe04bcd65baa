import Accounts
import Exchange
public import Secrets
import Threads
import Trading

/// Which check of a key a verdict belongs to.
public struct KeyJobID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Has keys checked somewhere else: an exchange takes its time.
public protocol ExchangeKeyChecking {
    /// Answers with `DeskInput.keyChecked`. `order` as in `KeyedExchange.check`.
    func check(_ key: ExchangeKey, seeing order: String?, as job: KeyJobID)
}

/// What a desk takes keys into its custody with.
public struct KeyCustody {
    /// The exchange that the keys are for, as a trader types it.
    public let exchange: String
    public let checking: any ExchangeKeyChecking

    public init(exchange: String, checking: any ExchangeKeyChecking) {
        self.exchange = exchange
        self.checking = checking
    }
}

/// Has keys checked by an exchange over the wire, and leaves the verdicts in the inbox.
struct ExchangeKeys: ExchangeKeyChecking {
    let exchange: any KeyedExchange
    let inbox: Inbox

    func check(_ key: ExchangeKey, seeing order: String?, as job: KeyJobID) {
        let inbox = inbox
        exchange.check(key, seeing: order) { verdict in _ = inbox.post(.keyChecked(job, verdict)) }
    }
}
