import Trading

/// Writes the lines that a trader might type.
struct LineWriter {
    var chance: SplitMix64
    /// Makes amounts different from each other, so that a line is nearly a name.
    private var serial = 0
    private var tokens = 0
    /// Whether everything has been stopped, and nothing will be done until it is lifted.
    private var isInPanic = false

    init(chance: SplitMix64) { self.chance = chance }

    /// What the trader knows when typing.
    struct Knowledge {
        let markets: [SimulatedMarket]
        /// Orders that may still be open, by what was told.
        let open: [OrderID]
        /// Paired orders.
        let paired: [OrderID]
        /// Orders of others.
        let foreign: [OrderID]
        /// Orders of which it was told that nobody knows what became of them.
        let unknown: [OrderID]
        /// Round trips whose contra order waits for a price.
        let waitingForContra: [OrderID]
        /// Round trips of which a part has filled.
        let pairedInPart: [OrderID]
        let newestTold: UInt64
        let tokens: [String]
    }

    mutating func line(_ known: Knowledge) -> TypedLine {
        if isInPanic, chance.permille(200) {
            isInPanic = false
            return TypedLine("resume", .cancel)
        }
        if let next = followUp(known) { return next }
        return switch chance.weighted([52, 14, 12, 6, 10, 6, known.open.isEmpty ? 0 : 7, 1]) {
        case 0: TypedLine(order(known), .order)
        case 1: TypedLine(cancel(known), .cancel)
        case 2: TypedLine(question(known), .question)
        case 3: setting(known)
        case 4: TypedLine(misspelt(known), .wrong)
        case 6: move(known)
        case 7: panic()
        default: TypedLine(hostile(known), .wrong)
        }
    }

    /// What somebody does who has been told that nobody knows of an order, that a round trip waits, or that it is stuck half way.
    private mutating func followUp(_ known: Knowledge) -> TypedLine? {
        if !known.unknown.isEmpty, !isInPanic, chance.permille(80) { return panic() }
        if !known.waitingForContra.isEmpty, chance.permille(250) {
            let market = chance.pick(known.markets)
            let id = chance.pick(known.waitingForContra).rawValue
            let price = chance.permille(500) ? "market" : "\(near(market, steps: spread(market)))"
            return TypedLine("contra \(id) at \(price)", .order)
        }
        if !known.pairedInPart.isEmpty, chance.permille(400) {
            return TypedLine("cancel \(chance.pick(known.pairedInPart).rawValue)", .cancel)
        }
        return nil
    }

    // MARK: Orders

    private mutating func order(_ known: Knowledge) -> String {
        let market = chance.pick(known.markets)
        switch chance.weighted([40, 10, 8, 10, 10, 8, known.paired.isEmpty ? 0 : 8, 5]) {
        case 0: return simple(market)
        case 1: return atMarket(market)
        case 2: return slice(market)
        case 3: return pair(market)
        case 4: return stop(market)
        case 5: return oco(market)
        case 7: return trail(market)
        default: return "contra \(chance.pick(known.paired).rawValue) at \(near(market, steps: spread(market)))"
        }
    }

    private mutating func simple(_ market: SimulatedMarket) -> String {
        let seconds = chance.within(1...chance.pick([6, 40]))
        let conditions = ["", "", "", "", " ioc", " fok", " post", " for \(seconds)s", " day", until()]
        return "\(side()) \(quantity(market)) \(market.pair) at \(near(market, steps: spread(market)))"
            + chance.pick(conditions)
    }

    private mutating func atMarket(_ market: SimulatedMarket) -> String {
        "\(side()) \(quantity(market)) \(market.pair) at market"
    }

    private mutating func slice(_ market: SimulatedMarket) -> String {
        let low = market.middle + chance.within(-spread(market)...spread(market))
        let high = low + chance.within(1...max(spread(market), 2))
        let count = chance.within(1...5)
        let end = chance.pick(["", "", " post", " for \(chance.within(2...30))s"])
        let way = chance.pick(["buy ", "sell ", "buy ", "sell ", ""])
        return
            "slice \(way)\(quantity(market, times: count)) \(market.pair) \(market.price(low))..\(market.price(high)) x\(count)\(end)"
    }

    private mutating func pair(_ market: SimulatedMarket) -> String {
        let way = side()
        let reach = spread(market)
        let then = chance.permille(600) ? " then \(near(market, steps: reach))" : ""
        let end = chance.pick(["", "", "", " for \(chance.within(2...30))s", " post"])
        return "pair \(way) \(quantity(market)) \(market.pair) at \(near(market, steps: reach))\(then)\(end)"
    }

    private mutating func stop(_ market: SimulatedMarket) -> String {
        let way = side()
        let trigger = market.middle + (way == "buy" ? 1 : -1) * chance.within(1...max(spread(market), 2))
        let then = chance.pick(["", " market", " limit \(near(market, steps: spread(market)))"])
        let end = chance.pick(["", "", "", " for \(chance.within(2...30))s"])
        // Nothing is held until it fires: two that are for most of the funds cannot both be placed.
        let amount = chance.permille(250) ? chance.pick(["60%", "all"]) : "\(quantity(market))"
        return "stop \(way) \(amount) \(market.pair) at \(market.price(trigger))\(then)\(end)"
    }

    private mutating func trail(_ market: SimulatedMarket) -> String {
        let distance = chance.permille(500) ? "\(chance.within(1...3))%" : "\(market.price(spread(market)))"
        let end = chance.pick(["", "", "", " for \(chance.within(2...30))s"])
        return "trail \(side()) \(quantity(market)) \(market.pair) by \(distance)\(end)"
    }

    /// To another price, or to another amount.
    private mutating func move(_ known: Knowledge) -> TypedLine {
        let market = chance.pick(known.markets)
        let id = chance.pick(known.open)
        let change =
            switch chance.weighted([60, 20, 10]) {
            case 0: "to \(near(market, steps: spread(market)))"
            case 1: "amount \(quantity(market))"
            default: "stop \(near(market, steps: spread(market)))"
            }
        return TypedLine("move \(id.rawValue) \(change)", .move(id))
    }

    private mutating func panic() -> TypedLine {
        isInPanic = true
        return TypedLine("panic", .cancel)
    }

    private mutating func oco(_ market: SimulatedMarket) -> String {
        let way = side()
        let sign = way == "buy" ? 1 : -1
        let limit = market.middle - sign * chance.within(1...max(spread(market), 2))
        let trigger = market.middle + sign * chance.within(1...max(spread(market), 2))
        let then = chance.pick(["", " market", " limit \(near(market, steps: spread(market)))"])
        let end = chance.pick(["", "", "", " for \(chance.within(2...30))s", " post"])
        return
            "\(way) \(quantity(market)) \(market.pair) at \(market.price(limit)) stop \(market.price(trigger))\(then)\(end)"
    }

    private mutating func side() -> String { chance.pick(["buy", "sell"]) }

    private mutating func spread(_ market: SimulatedMarket) -> Int {
        max(market.middle / chance.pick([1_000, 200, 50]), 2)
    }

    private mutating func near(_ market: SimulatedMarket, steps: Int) -> ExactDecimal {
        market.price(market.middle + chance.within(-steps...steps))
    }

    private mutating func quantity(_ market: SimulatedMarket, times: Int = 1) -> ExactDecimal {
        serial += 1
        let round = market.quantityMin * times * chance.within(1...chance.pick([2, 10, 40, 200]))
        return SimulatedMarket.quantity(round + serial)
    }

    private mutating func until() -> String { " until 2031-0\(chance.within(1...9))-01" }

    // MARK: The rest

    private mutating func cancel(_ known: Knowledge) -> String {
        let markets = known.markets
        switch chance.weighted([known.open.isEmpty ? 0 : 60, known.open.count > 1 ? 15 : 0, 8, 6, 12]) {
        case 0: return "cancel \(chance.pick(known.open).rawValue)"
        case 1: return "cancel \(chance.pick(known.open).rawValue) \(chance.pick(known.open).rawValue)"
        case 2: return "cancel all"
        case 3: return "cancel all \(chance.pick(markets).pair)"
        default: return "cancel \(chance.pick(["simple", "sliced", "timed", "paired", "stops", "oco"]))"
        }
    }

    private mutating func question(_ known: Knowledge) -> String {
        let market = chance.pick(known.markets)
        var questions = [
            "orders", "funds", "report", "inbox", "inbox 3", "price \(market.pair)", "pairs", "fee \(market.pair)",
            "settings", "tokens", "whoami", "time", "version", "help buy", "watch \(market.pair)", "unwatch",
            "orders \(market.pair)", "resume \(known.newestTold + 1)",
        ]
        if let order = known.open.last { questions += ["order \(order.rawValue)", "orders \(order.rawValue)"] }
        return chance.pick(questions)
    }

    private mutating func setting(_ known: Knowledge) -> TypedLine {
        switch chance.weighted([4, 2, 3, known.tokens.isEmpty ? 0 : 2]) {
        case 0:
            let zone = chance.pick(["UTC", "Europe/Madrid", "America/New_York", "Asia/Kolkata"])
            return TypedLine("set timezone \(zone)", .setting(name: "timezone", value: zone))
        case 1:
            let coin = chance.pick(["usd", "eur", "btc"])
            return TypedLine("set quote \(coin)", .setting(name: "quote", value: coin))
        case 2:
            tokens += 1
            let name = "t\(tokens)"
            return TypedLine("token new \(name) \(chance.pick(["trade", "read", "trade for 1h"]))", .tokenNew(name))
        default:
            let name = chance.pick(known.tokens)
            return TypedLine("token drop \(name)", .tokenDrop(name))
        }
    }

    // MARK: What must be refused, or at least not believed

    private mutating func misspelt(_ known: Knowledge) -> String {
        let market = chance.pick(known.markets)
        let pair = market.pair
        let price = market.price(market.middle)
        return chance.pick([
            "bux 0.5 \(pair) at \(price)", "buy 0.5 btc_usdd at 230", "buy 0.5 \(pair)",
            "buy 0.000001 \(pair) at \(price)",
            "buy 0.5 \(pair) at 230.0000000001", "buy 1000000 \(pair) at \(price)",
            "sell 0.123456789 \(pair) at \(price)",
            "buy 0.5 \(pair) at \(price) until 2001-01-01", "buy 0.5 \(pair) at \(price) ioc post", "cancle all",
            "stop sell 0.5 \(pair) at \(market.price(market.middle * 2))", "contra 999999 at 1", "cancel 999999",
            "slice buy 0.05 \(pair) \(price)..\(market.price(market.middle * 2)) x999", "set timezone Europe/Madird",
            "set guard 500%", "token drop nothing", "resume 999999", "pair buy 0.5 \(pair) at \(price) than \(price)",
            "buy 0.5 \(pair) at \(price) for 0s", "trail sell 0.5 \(pair) by 1%", "undo", "buy -1 \(pair) at \(price)",
            "login nobody wrong password", "orders \(pair) \(pair)", "[", "[k", "buy 50% \(pair) at \(price) fok",
            "sell all \(pair) at \(price) post", "buy 10 usd \(pair) at ask", "sell 50% \(pair) at last+1%",
        ])
    }

    private mutating func hostile(_ known: Knowledge) -> String {
        let digits = String(repeating: "9", count: chance.within(20...900))
        let order = known.foreign.isEmpty ? "1" : "\(chance.pick(known.foreign).rawValue)"
        return chance.pick([
            "buy \(digits) btc_usd at 230", "buy 0.\(digits) btc_usd at 230", "cancel \(digits)", "cancel \(order)",
            "contra \(order) at 230", "order \(order)", "buy 0.5 btc\u{0}_usd at 230", "buy 0.5 btc_usd at 230\u{7}",
            "\u{202E}buy 0.5 btc_usd at 230", "kaufe ½ btc_usd für ٢٣٠", "buy 0.5 btc_usd at 230 \u{1F4A3}",
            "'; DROP TABLE orders; --", "{\"line\":\"buy\"}", String(repeating: "[", count: 300),
            String(repeating: "{\"a\":", count: 40), "cancel #\(order)", "\u{FEFF}orders",
            "set timezone ../../etc/passwd",
            "token drop ' OR 1=1", "inbox 99999999999999999999", "resume 18446744073709551615", "resume 0",
            "slice buy 1 btc_usd 1..\(digits) x5", "login token outcry_\(digits)", "buy 0.5 btc_usd at 230 // \u{0}",
        ])
    }
}
