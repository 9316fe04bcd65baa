public import Accounts
public import Exchange
import Threads
public import Trading

/// An exchange whose accounts sign what they ask with keys of their own.
public protocol KeyedExchange: Exchange {
    /// Asks the exchange what a key may do; nothing is kept of it. `answer` is called once, on any thread.
    func check(_ key: ExchangeKey, answer: @escaping @Sendable (KeyVerdict) -> Void)

    /// From now on what is asked for an account is signed with this key; nil: nothing can be asked for it any more.
    func use(_ key: ExchangeKey?, for account: AccountID)
}

/// What an exchange said of a key.
public enum KeyVerdict: Hashable, Sendable {
    case accepted(ExchangeKeyRights)
    /// It does not know the key, or the secret is not the key's, or the key may not even read. `words` are the exchange's.
    case refused(words: String)
    /// It said nothing, or nothing that can be read.
    case unavailable(reason: String)
}

/// Which check of a key a verdict belongs to.
public struct KeyJobID: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Has keys checked somewhere else: an exchange takes its time.
public protocol ExchangeKeyChecking {
    /// Answers with `DeskInput.keyChecked`.
    func check(_ key: ExchangeKey, as job: KeyJobID)
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

    func check(_ key: ExchangeKey, as job: KeyJobID) {
        let inbox = inbox
        exchange.check(key) { verdict in _ = inbox.post(.keyChecked(job, verdict)) }
    }
}
