import Desk
import Exchange
import Synchronization
import Trading

/// The file of nonces beside a desk's database, for all exchanges of the desk.
///
/// One process opens it once: the exchanges share it while any of them is there, and it is closed with the last. A desk that is
/// opened again after its disk was full opens it again too.
final class NonceFile: Sendable {
    private struct Opened {
        weak var nonces: DurableNonces?
    }

    private let database: String
    private let opened = Mutex(Opened())

    init(database: String) { self.database = database }

    /// The nonces of one exchange's keys. Throws `LedgerError`.
    func store(of exchange: ExchangeID) throws -> ExchangeNonces {
        try opened.withLock { opened in
            if let nonces = opened.nonces { return ExchangeNonces(exchange, nonces) }
            let nonces = try DurableNonces(beside: database)
            opened.nonces = nonces
            return ExchangeNonces(exchange, nonces)
        }
    }
}

/// The nonces of one exchange's keys. Two exchanges that happen to know keys of one name count apart: what one uses up is not
/// used up at the other. May be used from any thread.
final class ExchangeNonces: NonceStore, Sendable {
    private let exchange: ExchangeID
    private let nonces: any NonceStore & Sendable

    init(_ exchange: ExchangeID, _ nonces: any NonceStore & Sendable) {
        self.exchange = exchange
        self.nonces = nonces
    }

    /// Versions that knew one exchange only counted under the key alone: those nonces may have been sent.
    func reserved(key: String) throws -> UInt64? {
        switch (try nonces.reserved(key: name(key)), try nonces.reserved(key: key)) {
        case (let own?, let older?): max(own, older)
        case (let own, let older): own ?? older
        }
    }

    func reserve(through last: UInt64, key: String) throws { try nonces.reserve(through: last, key: name(key)) }

    /// No name of an exchange has a space in it.
    private func name(_ key: String) -> String { "\(exchange) \(key)" }
}
