public import OrderEngine
public import Trading

/// Which case a record is. The numbers, in stored bytes, and the names, in the records' table, are permanent.
public enum RecordKind: UInt8, Hashable, Sendable, CaseIterable {
    case fundsAdjusted = 1
    case orderPlaced = 2
    case orderAccepted = 3
    case orderRejected = 4
    case orderFilled = 5
    case cancelRequested = 6
    case cancelFailed = 7
    case orderClosed = 8
    case orderTriggered = 9
    case answerLost = 10
    case orderReconciled = 11
    case contraReady = 12
    case orderFinished = 13
    case pairedDone = 14

    public var name: String {
        switch self {
        case .fundsAdjusted: "funds_adjusted"
        case .orderPlaced: "order_placed"
        case .orderAccepted: "order_accepted"
        case .orderRejected: "order_rejected"
        case .orderFilled: "order_filled"
        case .cancelRequested: "cancel_requested"
        case .cancelFailed: "cancel_failed"
        case .orderClosed: "order_closed"
        case .orderTriggered: "order_triggered"
        case .answerLost: "answer_lost"
        case .orderReconciled: "order_reconciled"
        case .contraReady: "contra_ready"
        case .orderFinished: "order_finished"
        case .pairedDone: "paired_done"
        }
    }
}

extension Record {
    public var kind: RecordKind {
        switch self {
        case .fundsAdjusted: .fundsAdjusted
        case .orderPlaced: .orderPlaced
        case .orderAccepted: .orderAccepted
        case .orderRejected: .orderRejected
        case .orderFilled: .orderFilled
        case .cancelRequested: .cancelRequested
        case .cancelFailed: .cancelFailed
        case .orderClosed: .orderClosed
        case .orderTriggered: .orderTriggered
        case .answerLost: .answerLost
        case .orderReconciled: .orderReconciled
        case .contraReady: .contraReady
        case .orderFinished: .orderFinished
        case .pairedDone: .pairedDone
        }
    }

    /// The order that it is about; nil for an adjustment of funds.
    public var orderID: OrderID? {
        switch self {
        case .fundsAdjusted: nil
        case .orderPlaced(let order): order.id
        case .orderAccepted(let id, _, _), .orderRejected(let id, _, _, _), .orderFilled(let id, _, _, _),
            .cancelRequested(let id, _, _), .cancelFailed(let id, _, _), .orderClosed(let id, _),
            .orderTriggered(let id, _, _, _), .answerLost(let id, _), .orderReconciled(let id, _),
            .contraReady(let id, _, _), .orderFinished(let id, _, _), .pairedDone(let id, _, _):
            id
        }
    }

    /// The account that it names; nil where it names only an order.
    public var accountID: AccountID? {
        switch self {
        case .fundsAdjusted(let adjustment): adjustment.account
        case .orderPlaced(let order): order.account
        default: nil
        }
    }

    /// When the desk decided it.
    public var decidedAt: Timestamp {
        switch self {
        case .fundsAdjusted(let adjustment): adjustment.at
        case .orderPlaced(let order): order.createdAt
        case .orderAccepted(_, _, let at), .orderRejected(_, _, _, let at), .orderFilled(_, _, _, let at),
            .cancelRequested(_, _, let at), .cancelFailed(_, _, let at), .orderClosed(_, let at),
            .orderTriggered(_, _, _, let at), .answerLost(_, let at), .orderReconciled(_, let at),
            .contraReady(_, _, let at), .orderFinished(_, _, let at), .pairedDone(_, _, let at):
            at
        }
    }
}
