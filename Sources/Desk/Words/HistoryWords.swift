import OrderEngine
import Trading

/// One record of an order's history, in a few words; nil where the order itself says as much.
struct HistoryWords {
    let text: String?

    init(_ record: Record) {
        text =
            switch record {
            case .fundsAdjusted, .panicDeclared, .panicCleared, .panicLifted: nil
            case .orderPlaced: "taken on"
            case .orderAccepted(_, let exchangeOrderID, _): "accepted by the exchange as \(exchangeOrderID)"
            case .orderRejected(_, _, let reason, _): "rejected: \(reason)"
            case .orderFilled(_, let fill, _, _): "filled \(fill.quantity) at \(fill.price)"
            case .cancelRequested(_, let reason, _): "cancel asked for: \(HistoryWords.words(reason))"
            case .cancelFailed(_, let reason, _): "cancel refused: \(reason)"
            case .orderClosed: "off the book"
            case .orderClosedByExchange(_, let code, let reason, _):
                "taken off by the exchange (\(code.name)): \(reason)"
            case .orderTriggered(_, let price, let child, _):
                "triggered at \(price)\(child.map { ", now \($0)" } ?? "")"
            case .answerLost: "no answer from the exchange"
            case .orderReconciled: "settled by the exchange's word"
            case .contraReady(_, let quantity, _): "its contra of \(quantity) may be placed"
            case .orderFinished(_, let status, _): "finished, \(status.words)"
            case .pairedDone(_, let result, _): "paired done, benefit \(result.benefit) \(result.currency)"
            case .moveRequested(_, let terms, _):
                // The desk itself resizes an order whose attempt before it filled late.
                "to be moved to \(terms.quantity) at \(terms.price)" + (terms.line.isEmpty ? "" : ": \(terms.line)")
            case .orderReplaced(_, let price, let quantity, _, _): "replaced by \(quantity) at \(price)"
            case .orderAmended(_, let terms, _): "changed: \(terms.line)"
            case .triggerMoved(_, let trigger, let marketPrice, _, _):
                "the market traded at \(marketPrice): the trigger follows to \(trigger)"
            case .orderGrown(_, let quantity, _):
                "filled by what it had replaced: it is of \(quantity) in all now"
            }
    }

    private static func words(_ reason: CancelReason) -> String {
        switch reason {
        case .requested: "by the trader"
        case .expiry: "its time is over"
        case .triggered: "its stop was triggered"
        case .parent: "with the order that it belongs to"
        case .panic: "everything is stopped"
        case .replaced: "to be moved"
        }
    }
}
