import OrderEngine
import Trading

/// The reply to a line that made an order.
struct PlacedWords {
    private let family: OrderFamily
    private let notes: [String]
    private let reader: Reader
    private let now: Timestamp

    init(_ family: OrderFamily, notes: [String], reader: Reader, now: Timestamp) {
        self.family = family
        self.notes = notes
        self.reader = reader
        self.now = now
    }

    /// Children that are told one by one; more are summed up.
    private static let childrenShown = 10

    /// Set where the exchange would not have it.
    var refusalCode: RefusalCode? {
        family.order.status == .rejected
            ? family.order.rejection ?? rejectedChild?.rejection ?? .exchangeRejected : rejectedChild?.rejection
    }

    /// Part of a ladder is not what was asked for. A contra order that was refused leaves its entry as it is.
    private var rejectedChild: Order? {
        guard family.order.plan.isSliced else { return nil }
        return family.children.first { $0.status == .rejected }
    }

    /// Without mark and details.
    var message: String {
        let order = family.order
        let asked = OrderWords(order, reader: reader).asked
        guard let code = refusalCode else { return "\(order.id) \(asked)" }
        guard let child = rejectedChild else {
            return "\(order.id) \(asked): \(code.verdict(on: order.id))"
        }
        let others = family.children.filter { $0.status == .canceled }.count
        let filled = order.filled.isZero ? "nothing was filled" : "\(order.filled) was filled"
        return """
            \(order.id) \(asked): \(child.id) \(code == .exchangeUnavailable ? "" : "was ")\(code.verdict(on: child.id)); \
            the other \(others) were canceled, \(filled)
            """
    }

    var text: String {
        guard refusalCode == nil else { return "! \(message)" }
        var lines = ["+ \(message)\(suffix)"]
        lines += details + [OrderWords(family.order, reader: reader).sentThen].compactMap(\.self) + notes
        return lines.joined(separator: "\n  ")
    }

    /// The time left, what the status is where it is not simply open, and whose child it is.
    private var suffix: String {
        let order = family.order
        var words = ""
        if let end = order.timeInForce.expireTime { words += " (\(DurationText.timeLeft(from: now, until: end)))" }
        if let parent = family.parent, parent.plan.isRoundTrip { words += ", contra of \(parent.id)" }
        switch order.status {
        case .armed: words += ": waits for its trigger, nothing is held until then"
        case .pending: words += ": pending, the exchange has not answered yet"
        case .unknown: words += ": status unknown: no answer from the exchange; checking"
        case .open, .partiallyFilled, .filled, .canceled, .expired, .rejected: break
        }
        return words
    }

    private var details: [String] {
        guard family.order.plan.isSliced, let first = family.children.first, let last = family.children.last
        else {
            return []
        }
        let total = family.children.reduce(ExactDecimal.zero) { $0 + $1.price.bound.times($1.quantity) }
        let quote = family.order.pair.quote
        let count = family.children.count
        let which = count == 1 ? "1 order, \(first.id)" : "\(count) orders, \(first.id) to \(last.id)"
        let summary =
            "\(which), total \(total.shown) \(quote)\(LadderWords.sharing(family.children.map(\.price.bound)))"
        guard family.children.count <= PlacedWords.childrenShown else {
            return [
                summary,
                "from \(first.quantity) at \(first.price.bound) to \(last.quantity) at \(last.price.bound)",
            ]
        }
        return [summary] + family.children.map { "\($0.id) \($0.quantity) at \($0.price.bound)" }
    }
}

/// What is said of a ladder whose range has fewer prices than it has orders.
enum LadderWords {
    /// `; they share 5 prices`, or nothing where each has one of its own.
    static func sharing(_ prices: [ExactDecimal]) -> String {
        let different = Set(prices).count
        guard different < prices.count else { return "" }
        return different == 1 ? "; all at one price" : "; they share \(different) prices: the range has no more"
    }
}

/// One order of the reply to a cancel.
struct CanceledWords {
    private let family: OrderFamily
    private let reader: Reader

    init(_ family: OrderFamily, reader: Reader) {
        self.family = family
        self.reader = reader
    }

    /// `#1 canceled: buy 0.5 btc_usd at 230; 0.1 was filled`: what happened, which need not be what was asked for.
    var line: String {
        let order = family.order
        let asked = OrderWords(order, reader: reader).asked
        let filled = order.filled.isZero ? "" : "; \(order.filled) was filled"
        if order.status.isFinal, order.status != .canceled, order.closedAt != nil, order.cancelReason == nil {
            return "\(order.id) \(order.status.words): \(asked)\(filled)"
        }
        if order.status == .filled, family.children.isEmpty, !order.plan.isRoundTrip {
            let place = reader.place(of: order)
            return
                "\(order.id)\(place) was filled before it could be canceled: \(OrderWords(order, reader: reader).traded)"
        }
        if order.closedAt == nil, order.plan.isRoundTrip, order.status.isFinal {
            return "\(order.id) canceled its first leg: \(asked)\(filled); its contra order may be placed"
        }
        guard order.closedAt != nil else { return "\(order.id) is being canceled: \(asked)\(filled)" }
        // One that its trader had canceled before is not of this cancel.
        let canceled = family.children.filter { $0.status == .canceled && $0.cancelReason == .parent }.count
        let children = canceled == 0 ? "" : " with \(canceled) \(canceled == 1 ? "order" : "orders") under it"
        return "\(order.id) canceled: \(asked)\(children)\(filled)"
    }
}

extension RefusalCode {
    /// What became of an order that has ended with this code: `refused by the exchange, it would trade at once`.
    func verdict(on order: OrderID) -> String {
        // What the exchange never got it has not refused either.
        guard self != .exchangeUnavailable else { return "never reached the exchange" }
        return "refused by the exchange, \(exchangeWords(on: order))"
    }

    /// Why an exchange refuses an order, in a few words.
    private func exchangeWords(on order: OrderID) -> String {
        switch self {
        case .wouldTrade: "it would trade at once"
        case .cannotFill: "it cannot be filled whole now"
        case .selfTrade: "it would trade with another order of this account"
        case .insufficientFunds: "not enough funds there"
        case .outOfRange: "it would come to more than an account can hold"
        case .belowMinimum: "it is below the minimum order there"
        case .offTick: "its price is not a multiple of the tick there"
        case .offStep: "its amount is not a multiple of the amount step there"
        case .notAllowed: "this account's key may not trade there"
        case .noKey: "this account has no key there"
        case .exchangeRejected: "for a reason of its own: why \(order.rawValue)"
        default: "\(name): why \(order.rawValue)"
        }
    }
}
