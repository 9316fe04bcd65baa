import Conversation
import Trading
import Transcripts

/// What a trader knows from nothing but what was sent to the trader's sessions.
struct TraderBooks {
    /// Notifications by number: the words of each.
    private(set) var told: [UInt64: String] = [:]
    private(set) var eventNames: [UInt64: String] = [:]
    /// All numbers up to this have been told.
    private(set) var toldUpTo: UInt64 = 0
    /// What was said last, or most, of each order.
    private(set) var orders: [OrderID: OrderStatement] = [:]
    /// The first reply to each tag that the desk remembers.
    private(set) var answers: [String: Answer] = [:]
    /// Acknowledged settings, and those that were asked for since and have not been answered.
    var settings: [String: Setting] = [:]
    /// Tokens: whether they must be there, may be, or must not.
    var tokens: [String: TokenState] = [:]
    /// Round trips that were told to wait for the price of their contra order.
    private var contraReady: Set<OrderID> = []
    /// What round trips were told to have come to.
    private(set) var pairedDone: [OrderID: PairedStatement] = [:]
    /// Fills that were told to be of no order of the desk, by exchange.
    private(set) var foreignFills: [String: Set<FillID>] = [:]
    /// Orders at an exchange that were told to be none of the desk's, by its numbers.
    private(set) var foreignOrders: [String: Set<String>] = [:]
    /// The order that a tag made.
    private(set) var orderOfTag: [String: OrderID] = [:]

    struct Answer {
        let line: String
        let json: String
        let code: String?
    }

    struct PairedStatement: Hashable {
        let benefit: String
        let fees: String
        let currency: String
    }

    struct Setting {
        var acknowledged: String?
        /// Values that may have been set since: asked for, and not answered.
        var possible: [String] = []
        /// Of those, the values that were asked for before another was acknowledged: which of the two came last is not known.
        private var overtaken: Set<String> = []

        /// A value was answered `+`: just now, or with the answer of when it was done first.
        mutating func acknowledge(_ value: String, isFresh: Bool) {
            guard isFresh || !overtaken.contains(value) else { return }
            possible.removeAll { $0 == value }
            overtaken = Set(possible)
            acknowledged = value
        }
    }

    enum TokenState { case asked, there, dropAsked, gone }

    // MARK: Notifications

    /// Takes in a notification. The same number is always in the same words.
    mutating func tell(_ number: UInt64, _ json: String, _ event: JSONObject) throws(Violation) {
        if let before = told[number] {
            guard before == json else {
                throw Violation(
                    .notificationsInOrder, expected: before, found: json, "notification \(number) told again")
            }
        } else {
            told[number] = json
            if case .string(let name)? = event["event"] { eventNames[number] = name }
            try learnForeign(event, json)
            while told[toldUpTo + 1] != nil { toldUpTo += 1 }
        }
        guard case .object(let order)? = event["order"] else { return }
        try learn(order)
        if case .int(let id)? = order["id"] { try learn(event, of: OrderID(UInt64(id))) }
    }

    private static func fillID(_ json: JSONValue) -> FillID? {
        switch json {
        case .int(let number): FillID(UInt64(number))
        case .string(let text): FillID(text)
        default: nil
        }
    }

    private mutating func learnForeign(_ event: JSONObject, _ json: String) throws(Violation) {
        guard event["event"] == "foreign_fill" || event["event"] == "foreign_order" else { return }
        guard case .string(let exchange)? = event["exchange"] else {
            throw Violation(.wellFormed, "an event without its exchange: \(json)")
        }
        switch event["event"] {
        case .string("foreign_fill"):
            guard case .object(let fill)? = event["fill"], let id = fill["id"].flatMap(TraderBooks.fillID) else {
                throw Violation(.wellFormed, "a fill without its name: \(json)")
            }
            foreignFills[exchange, default: []].insert(id)
        case .string("foreign_order"):
            guard case .string(let number)? = event["exchange_order_id"] else {
                throw Violation(.wellFormed, "an order without its number: \(json)")
            }
            foreignOrders[exchange, default: []].insert(number)
        default: break
        }
    }

    private mutating func learn(_ event: JSONObject, of id: OrderID) throws(Violation) {
        switch event["event"] {
        case .string("contra_ready"): contraReady.insert(id)
        case .string("paired_done"):
            guard case .string(let benefit)? = event["benefit"], case .string(let fees)? = event["fees"],
                case .string(let currency)? = event["currency"]
            else { throw Violation(.wellFormed, "a round trip without its benefit: \(JSONValue.object(event).json)") }
            pairedDone[id] = PairedStatement(benefit: benefit, fees: fees, currency: currency)
        default: break
        }
    }

    // MARK: Orders

    /// The orders that the trader has asked to move, and what those belong to.
    private var moved: Set<OrderID> = []

    /// From now on its price and its amount may be others.
    mutating func noteMove(of id: OrderID) {
        for one in [id, orders[id]?.parent].compactMap(\.self) {
            moved.insert(one)
            orders[one]?.mayHaveMoved = true
        }
    }

    /// Takes in what is said of an order.
    mutating func learn(_ object: JSONObject) throws(Violation) {
        var statement = try OrderStatement(object)
        statement.mayHaveMoved = moved.contains(statement.id)
        guard var known = orders[statement.id] else {
            orders[statement.id] = statement
            return
        }
        try known.merge(statement)
        orders[statement.id] = known
    }

    /// Orders that may still be open.
    var openOrders: [OrderID] {
        orders.values.filter { !$0.isClosed }.map(\.id).sorted()
    }

    var unknownOrders: [OrderID] {
        orders.values.filter { !$0.isClosed && $0.status == "unknown" }.map(\.id).sorted()
    }

    var openPairedOrders: [OrderID] {
        orders.values.filter { !$0.isClosed && $0.kind == "paired" }.map(\.id).sorted()
    }

    var waitingForContra: [OrderID] { contraReady.filter { orders[$0]?.isClosed == false }.sorted() }

    var pairedInPart: [OrderID] {
        orders.values.filter { !$0.isClosed && $0.kind == "paired" && $0.status == "partially_filled" }.map(\.id)
            .sorted()
    }

    // MARK: Replies

    /// Takes in the reply to a tagged line. Returns false where it was answered before, and so says nothing new.
    mutating func answer(_ line: TypedLine, _ tag: String, _ json: String, _ reply: JSONObject) throws(Violation)
        -> Bool
    {
        let code = TraderBooks.code(of: reply)
        if let first = answers[tag] {
            if first.line != line.text {
                guard code == "tag_reused" else {
                    throw Violation(
                        .sameTagSameReply, expected: "tag_reused", found: json, "tag \(tag) used for another line")
                }
            } else if RepeatedReply.withoutState(json: first.json) != RepeatedReply.withoutState(json: json) {
                throw Violation(.sameTagSameReply, expected: first.json, found: json, "tag \(tag) repeated")
            }
            return false
        }
        if code == "tag_reused" { return false }
        answers[tag] = Answer(line: line.text, json: json, code: code)
        return true
    }

    mutating func note(order: OrderID, of tag: String) throws(Violation) {
        if let before = orderOfTag[tag], before != order {
            throw Violation(.oneLineOneOrder, expected: before, found: order, "the order of tag \(tag)")
        }
        orderOfTag[tag] = order
    }

    static func code(of reply: JSONObject) -> String? {
        guard case .object(let error)? = reply["error"], case .string(let code)? = error["code"] else { return nil }
        return code
    }
}
