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
    case moveRequested = 15
    case orderReplaced = 16
    case orderAmended = 17
    case triggerMoved = 18
    case orderGrown = 19
    case panicDeclared = 20
    case panicCleared = 21
    case panicLifted = 22
    /// A paired order's end with something left, or with fees in the base coin.
    case pairedEnded = 23
    case orderClosedByExchange = 24
    /// A fill that its exchange names by a text, and not by a number.
    case namedFill = 25

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
        case .moveRequested: "move_requested"
        case .orderReplaced: "order_replaced"
        case .orderAmended: "order_amended"
        case .triggerMoved: "trigger_moved"
        case .orderGrown: "order_grown"
        case .panicDeclared: "panic_declared"
        case .panicCleared: "panic_cleared"
        case .panicLifted: "panic_lifted"
        case .pairedEnded: "paired_ended"
        case .orderClosedByExchange: "order_closed_by_exchange"
        case .namedFill: "named_fill"
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
        case .orderFilled(_, let fill, _, _): fill.id.number == nil ? .namedFill : .orderFilled
        case .cancelRequested: .cancelRequested
        case .cancelFailed: .cancelFailed
        case .orderClosed: .orderClosed
        case .orderClosedByExchange: .orderClosedByExchange
        case .orderTriggered: .orderTriggered
        case .answerLost: .answerLost
        case .orderReconciled: .orderReconciled
        case .contraReady: .contraReady
        case .orderFinished: .orderFinished
        case .pairedDone(_, let result, _): result.isEven ? .pairedDone : .pairedEnded
        case .moveRequested: .moveRequested
        case .orderReplaced: .orderReplaced
        case .orderAmended: .orderAmended
        case .triggerMoved: .triggerMoved
        case .orderGrown: .orderGrown
        case .panicDeclared: .panicDeclared
        case .panicCleared: .panicCleared
        case .panicLifted: .panicLifted
        }
    }

    /// The order that it is about; nil for what is about an account.
    public var orderID: OrderID? {
        switch self {
        case .fundsAdjusted, .panicDeclared, .panicCleared, .panicLifted: nil
        case .orderPlaced(let order): order.id
        case .orderAccepted(let id, _, _), .orderRejected(let id, _, _, _), .orderFilled(let id, _, _, _),
            .cancelRequested(let id, _, _), .cancelFailed(let id, _, _), .orderClosed(let id, _),
            .orderClosedByExchange(let id, _, _, _), .orderTriggered(let id, _, _, _), .answerLost(let id, _),
            .orderReconciled(let id, _),
            .contraReady(let id, _, _), .orderFinished(let id, _, _), .pairedDone(let id, _, _),
            .moveRequested(let id, _, _), .orderReplaced(let id, _, _, _, _), .orderAmended(let id, _, _),
            .triggerMoved(let id, _, _, _, _), .orderGrown(let id, _, _):
            id
        }
    }

    /// The account that it names; nil where it names only an order.
    public var accountID: AccountID? {
        switch self {
        case .fundsAdjusted(let adjustment): adjustment.account
        case .orderPlaced(let order): order.account
        case .panicDeclared(let account, _, _), .panicCleared(let account, _), .panicLifted(let account, _): account
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
            .orderClosedByExchange(_, _, _, let at), .orderTriggered(_, _, _, let at), .answerLost(_, let at),
            .orderReconciled(_, let at),
            .contraReady(_, _, let at), .orderFinished(_, _, let at), .pairedDone(_, _, let at),
            .moveRequested(_, _, let at), .orderReplaced(_, _, _, _, let at), .orderAmended(_, _, let at),
            .triggerMoved(_, _, _, _, let at), .orderGrown(_, _, let at), .panicDeclared(_, _, let at),
            .panicCleared(_, let at), .panicLifted(_, let at):
            at
        }
    }
}
