/// How far a transaction is that is no trade: a deposit, a withdrawal, a credit, a debit. The numbers are those that btc-e and
/// its relatives give (TransHistory), and stay.
public enum TransactionStatus: UInt8, Hashable, Sendable, CaseIterable {
    case canceled = 0
    case waiting = 1
    case successful = 2
    case unconfirmed = 3

    /// The permanent name in messages.
    public var name: String {
        switch self {
        case .canceled: "canceled"
        case .waiting: "waiting"
        case .successful: "successful"
        case .unconfirmed: "unconfirmed"
        }
    }

    /// What a trader reads.
    public var words: String {
        switch self {
        case .canceled: "canceled or failed"
        case .waiting: "waiting"
        case .successful: "successful"
        case .unconfirmed: "not confirmed"
        }
    }
}
