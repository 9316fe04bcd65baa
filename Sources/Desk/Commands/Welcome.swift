import Accounts
import CommandGrammar
import Conversation
import Exchange
import Ledger
import OrderEngine
import Trading

/// What is said to who connects, and to who logs in.
extension DeskCore {
    // MARK: Connecting

    /// One notification, not numbered, before any login. Whoever has logged in with the handshake is a program that knows where it
    /// is, and is told nothing.
    func greet(_ id: SessionID) {
        let places = seats.map { $0.paper == nil ? $0.name : "the paper exchange (no real money)" }
        let venue = places.joined(separator: " and ")
        let isPaper = seats.allSatisfy { $0.paper != nil }
        let register = configuration.isRegistrationOpen ? ", register USER" : ""
        let state = isReadOnly ? "; it only answers questions now" : ""
        let notice = Notice(
            sequence: nil, at: now, event: "greeting",
            text: "* Outcry, a trading desk on \(venue)\(state): login USER\(register), help",
            fields: [
                "exchange": .string(firstSeat.name), "exchanges": .array(seats.map { .string($0.name) }),
                "mode": isPaper ? "paper" : "exchange",
                "registration": .bool(configuration.isRegistrationOpen),
            ])
        send(.notice(notice), to: id)
    }

    // MARK: Logging in

    /// Coins whose free funds a welcome has; the rest is counted.
    private static let coinsWelcomed = 4
    /// Lines to try that a welcome has.
    private static let linesToTry = 3

    func welcome(_ id: SessionID) throws -> Reply {
        guard let login = people.sessions[id]?.login else { throw Refusal(.notLoggedIn, "this session has ended") }
        let account = login.account
        let transaction = try ledgerTransaction()
        let head = try transaction.notificationHead(account)
        var unseen = try inboxMark(of: account).unseen(upTo: head)
        let areGone = try unseen.removePruned(upTo: transaction.prunedHistory(of: account).notifications) != nil
        let missed = unseen.numberCount
        let rights = login.rights == .trade ? "" : ", to read"
        let seat = currentSeat(of: account)
        let panic =
            seats.lazy.compactMap { $0.engine.panic(of: account) }.first.map { _ in
                "; in panic: resume takes orders again"
            } ?? ""
        let waiting =
            missed == 0
            ? areGone ? "; what you missed was removed since: inbox" : ""
            : "; \(Words.count(Int(clamping: missed), "notification")) missed: inbox"
        let open = sight(of: account).openOrders.count { $0.parent == nil }
        let pair = welcomedPair(account, seat)
        var lines = ["+ hello \(login.name) (\(login.role.rawValue)\(rights))\(waiting)\(panic)"]
        if let pair { lines.append(priceWords(pair, seat)) }
        let free = seat.engine.coins(of: account).map { ($0, seat.engine.funds(of: account, in: $0)) }
            .filter { !$0.1.free.isZero || !$0.1.inOrders.isZero }
        let place = namesExchange(account) ? " on \(seat.name)" : ""
        lines.append("\(freeWords(free, place)); \(open == 0 ? "no open orders" : Words.count(open, "open order"))")
        let tries = try toTry(pair, login, id, seat)
        if !tries.isEmpty { lines.append("Lines to try:") }
        lines += tries.map { "  \($0)" }
        var fields: JSONObject = [
            "account": .string(login.name.text), "role": .string(login.role.rawValue),
            "rights": .string(login.rights.rawValue), "seq": .int(Int64(clamping: head)),
            "missed": .int(Int64(clamping: missed)), "open_orders": .int(Int64(open)),
            "funds": .array(free.map { .object(seat.fundJSON($0.1, $0.0, of: account)) }),
        ]
        if let pair, let ticker = seat.engine.market[pair], ticker.isSeen {
            fields.append("prices", [.object(seat.json(ticker, of: pair))])
        } else {
            fields.append("prices", [])
        }
        fields.append("try", .array(tries.map { .string($0) }))
        return Reply(mark: .done, text: lines.joined(separator: "\n  "), fields: fields)
    }

    /// The pair that an account trades first: btc in its quote currency, or the first other one that has a price.
    private func welcomedPair(_ account: AccountID, _ seat: Seat) -> Pair? {
        let quote = people.accounts[account]?.quote ?? configuration.quote
        let mine = seat.pairs.filter { $0.quote == quote }
        let first = mine.first { $0.base == "btc" }
        if let first, seat.engine.market[first]?.isSeen == true { return first }
        return mine.first { seat.engine.market[$0]?.isSeen == true } ?? first ?? mine.first
    }

    private func priceWords(_ pair: Pair, _ seat: Seat) -> String {
        let what = "\(pair)\(place(of: seat))"
        guard let ticker = seat.engine.market[pair], ticker.isSeen else { return "\(what): no price yet" }
        let quote = [ticker.bid.map { "bid \($0.shown)" }, ticker.ask.map { "ask \($0.shown)" }].compactMap(\.self)
        let last = ticker.last.map { "last \($0.shown)" }
        return "\(what): \(([last].compactMap(\.self) + quote).joined(separator: ", "))"
    }

    private func freeWords(_ funds: [(Coin, Funds)], _ place: String) -> String {
        guard !funds.isEmpty else { return "no funds\(place)" }
        let shown = funds.prefix(DeskCore.coinsWelcomed).map { "\($0.1.free.shown) \($0.0)" }
        let more = funds.count - shown.count
        return
            "free\(place): \(shown.joined(separator: ", "))\(more > 0 ? " and \(Words.count(more, "coin")) more" : "")"
    }

    /// Lines that work as things are, for an account that has never placed an order. Each has been tried, as hints are.
    private func toTry(_ pair: Pair?, _ login: Session.Login, _ id: SessionID, _ seat: Seat) throws -> [String] {
        guard let pair, sight(of: login.account).newestRoot == nil else { return [] }
        let ticker = seat.engine.market[pair]
        let (bid, ask) = (ticker?.bid == nil ? "last" : "bid", ticker?.ask == nil ? "last" : "ask")
        let orders = [
            "buy 10% \(pair) at \(bid)-1%", "? buy 10% \(pair) at market", ladder(pair, seat),
            "sell 10% \(pair) at \(ask)+1%",
            "? sell 10% \(pair) at market",
        ]
        // Where no price is known, `price` would only say so.
        let questions = (ticker?.isSeen == true ? ["price \(pair)"] : []) + ["funds", "pairs", "help start"]
        var context = LineContext(
            session: id, login: login, tag: nil, line: "", text: "", seat: seat, isSecret: false, verb: nil)
        let lines = (login.rights == .trade ? orders.compactMap(\.self) : []) + questions
        return Array(
            lines.lazy.filter { line in
                context.line = line
                context.text = line
                guard let command = self.parser(for: login.account).parse(line).command else { return false }
                return self.refusal(of: command, context) == nil && self.isTaken(command, line, context)
            }.prefix(DeskCore.linesToTry))
    }

    /// Five orders between 2% and 1% below the market; nil where there is no price.
    private func ladder(_ pair: Pair, _ seat: Seat) -> String? {
        guard let rules = seat.engine.rules[pair],
            let price = seat.engine.market[pair]?.bid ?? seat.engine.market[pair]?.last,
            let low = try? price.multiplied(by: .one - .step(decimals: 2) - .step(decimals: 2), rounding: .down)
                .rounded(toMultipleOf: rules.priceTick, .down),
            let high = try? price.multiplied(by: .one - .step(decimals: 2), rounding: .down)
                .rounded(toMultipleOf: rules.priceTick, .down), low.isPositive, low < high
        else { return nil }
        return "slice buy 20% \(pair) \(low)..\(high) x5"
    }
}
