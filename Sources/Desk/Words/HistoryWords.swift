import OrderEngine
import Trading

/// One record of an order's history, in a few words; nil where the order itself says as much.
struct HistoryWords {
    let text: String?

    init(_ record: Record) {
        text =
            switch record {
            case .fundsAdjusted: nil
            case .orderPlaced: "taken on"
            case .orderAccepted(_, let exchangeOrderID, _): "accepted by the exchange as \(exchangeOrderID)"
            case .orderRejected(_, _, let reason, _): "rejected: \(reason)"
            case .orderFilled(_, let fill, _, _): "filled \(fill.quantity) at \(fill.price)"
            case .cancelRequested(_, let reason, _): "cancel asked for: \(HistoryWords.words(reason))"
            case .cancelFailed(_, let reason, _): "cancel refused: \(reason)"
            case .orderClosed: "off the book"
            case .orderTriggered(_, let price, let child, _):
                "triggered at \(price)\(child.map { ", now \($0)" } ?? "")"
            case .answerLost: "the exchange's answer was lost"
            case .orderReconciled: "settled by the exchange's word"
            case .contraReady(_, let quantity, _): "its contra of \(quantity) may be placed"
            case .orderFinished(_, let status, _): "finished, \(status.words)"
            case .pairedDone(_, let result, _): "paired done, benefit \(result.benefit) \(result.currency)"
            }
    }

    private static func words(_ reason: CancelReason) -> String {
        switch reason {
        case .requested: "by the trader"
        case .expiry: "its time is over"
        case .triggered: "its stop was triggered"
        case .parent: "with the order that it belongs to"
        }
    }
}
