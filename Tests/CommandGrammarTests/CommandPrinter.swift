import CommandGrammar
import Trading

/// Writes a command as a line: the other direction, which only tests need.
enum CommandPrinter {
    static func line(_ command: Command) -> String {
        switch command {
        case .login(.password(let user, let password)): join("login", user, password)
        case .password(let keepsTokens): keepsTokens ? "password keep-tokens" : "password"
        case .register(let user, let password): join("register", user, password)
        case .login(.token(let token)): "login token \(token)"
        case .tokenNew(let name, let scope, let seconds):
            join("token new", name, scope.rawValue, seconds.map { "for \(duration($0))" })
        case .tokenDrop(let name): "token drop \(name)"
        case .place(.order(let order)): orderLine(order.side.rawValue, order, contra: nil)
        case .place(.pair(let pair)):
            orderLine("pair \(pair.entry.side.rawValue)", pair.entry, contra: pair.contraPrice?.value)
        case .place(.slice(let slice)):
            join(
                "slice", slice.side?.rawValue, amountAndPair(slice.amount.value, slice.pair.value),
                range(slice.range.value), "x\(slice.count.value)", conditions(slice.conditions))
        case .contra(let order, let price, let isAnyway):
            join("contra \(order.value) at \(self.price(price.value))", isAnyway ? "anyway" : nil)
        case .place(.stop(let stop)):
            join(
                "stop", stop.side.rawValue, amountAndPair(stop.amount.value, stop.pair.value), "at",
                clause(stop.clause), conditions(stop.conditions))
        case .place(.trail(let trail)):
            join(
                "trail", trail.side.rawValue, amountAndPair(trail.amount.value, trail.pair.value), "by",
                offset(trail.distance.value), conditions(trail.conditions))
        case .cancel(.orders(let orders)): join("cancel", orders.map { "\($0.value)" }.joined(separator: " "))
        case .cancel(.all(let pair)): join("cancel all", pair?.value.description)
        case .cancel(.kind(let kind)): join("cancel", kind.rawValue)
        case .cancel(.foreign(let id)): join("cancel foreign", id.value)
        case .move(let order, .price(let price), let isAnyway):
            join("move \(order.value) to \(self.price(price.value))", isAnyway ? "anyway" : nil)
        case .move(let order, .trigger(let price), let isAnyway):
            join("move \(order.value) stop \(self.price(price.value))", isAnyway ? "anyway" : nil)
        case .move(let order, .amount(let amount), let isAnyway):
            join(
                "move \(order.value) amount \(self.amount(amount.value, "btc_usd"))", isAnyway ? "anyway" : nil)
        case .orders(let kind, let pair): join("orders", kind?.rawValue, pair?.value.description)
        case .orderDetail(let order): "order \(order.value)"
        case .why(let order): "why \(order.value.rawValue)"
        case .report(let query):
            join(
                "report", query.kind?.rawValue, query.pair?.value.description, query.last.map { "last \($0)" },
                query.since.map { "since \(when($0.value))" }, query.until.map { "until \(when($0.value))" })
        case .preview(_, let line): "? \(line)"
        case .resume(let from): join("resume", from.map { "\($0)" })
        case .fund(let coin): "fund \(coin.value)"
        case .trades(let query): join("trades", history(query))
        case .transactions(let query): join("transactions", history(query))
        case .price(let pair): join("price", pair?.value.description)
        case .depth(let pair, let rows): join("depth", pair.value.description, rows.map { "\($0)" })
        case .tape(let pair, let rows): join("tape", pair.value.description, rows.map { "\($0)" })
        case .fee(let pair): "fee \(pair.value)"
        case .chart(.pair(let pair), let seconds): join("chart", pair.value.description, seconds.map(duration))
        case .chart(.equity, let seconds): join("chart equity", seconds.map(duration))
        case .chart(.coin(let coin), let seconds): join("chart funds", coin.value.description, seconds.map(duration))
        case .watch(let pairs): join("watch", pairs.map(\.value.description).joined(separator: " "))
        case .unwatch(let pairs): join("unwatch", pairs?.map(\.value.description).joined(separator: " ") ?? "all")
        case .alert(let pair, let direction, let price): "alert \(pair.value) \(direction.rawValue) \(price.value)"
        case .alertDrop(let number): "alert drop \(number)"
        case .set(let name, let value): "set \(name.value) \(value.value)"
        case .keys(let exchange): join("keys", exchange)
        case .keysSet(let exchange, let key, let secret): "keys \(exchange) set \(key) \(secret)"
        case .keysDrop(let exchange): "keys \(exchange) drop"
        case .inbox(let count): join("inbox", count.map { "\($0)" })
        case .help(let topic, let isFull): join("help", topic?.value, isFull ? "full" : nil)
        case .alias(let name, let command): "alias \(name.value) = \(command.value)"
        case .aliasDrop(let name): "alias drop \(name.value)"
        case .twoFactor(let change): join("totp", change?.rawValue)
        case .paper(.quote(let pair, let bid, let ask)): "paper quote \(pair.value) \(bid.value) \(ask.value)"
        case .paper(.trade(let pair, let price, let amount, let side)):
            join("paper trade", pair.value.description, "\(price.value)", "\(amount.value)", side?.rawValue)
        case .paper(.transfer(let transfer, let user, let amount, let coin)):
            "paper \(transfer.rawValue) \(user.value) \(amount.value) \(coin.value)"
        case .export(let query):
            join("export", query.subject.rawValue, query.since.map { "since \(when($0.value))" }, query.format.rawValue)
        case .reportDrift: "report drift"
        case .use(let exchange): join("use", exchange?.value)
        case .logout, .quit, .whoami, .tokens, .go, .undo, .panic, .funds, .summary, .pairs, .alerts, .settings,
            .aliases, .time, .version, .jobs, .exchanges:
            command.verb
        }
    }

    private static func join(_ words: String?...) -> String {
        words.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func orderLine(_ verb: String, _ order: OrderCommand, contra: PriceExpression?) -> String {
        join(
            verb, amountAndPair(order.amount.value, order.pair.value), "at", price(order.price.value),
            contra.map { "then \(price($0))" }, order.stop.map { "stop \(clause($0))" }, conditions(order.conditions))
    }

    private static func amountAndPair(_ amount: AmountExpression, _ pair: Pair) -> String {
        "\(self.amount(amount, pair)) \(pair)"
    }

    private static func amount(_ amount: AmountExpression, _ pair: Pair) -> String {
        switch amount {
        case .base(let value): "\(value)"
        case .quote(let value): "\(value) \(pair.quote)"
        case .percent(let value): "\(value)%"
        case .all: "all"
        }
    }

    private static func price(_ price: PriceExpression) -> String {
        switch price {
        case .limit(let value): "\(value)"
        case .market: "market"
        case .relative(let reference, let offset): reference.rawValue + (offset.map(signed) ?? "")
        }
    }

    private static func signed(_ offset: PriceOffset) -> String {
        switch offset {
        case .percent(let value), .absolute(let value): (value.isNegative ? "" : "+") + self.offset(offset)
        }
    }

    private static func offset(_ offset: PriceOffset) -> String {
        switch offset {
        case .percent(let value): "\(value)%"
        case .absolute(let value): "\(value)"
        }
    }

    private static func range(_ range: PriceRange) -> String {
        "\(range.low)..\(range.includesHigh ? "" : "<")\(range.high)"
    }

    private static func clause(_ clause: StopClause) -> String {
        let then = clause.then.map { $0.value == .market ? "market" : "limit \(price($0.value))" }
        return join(price(clause.trigger.value), then)
    }

    private static func conditions(_ conditions: OrderConditions) -> String {
        let expiry: String? =
            switch conditions.expiry?.value {
            case .until(let when): "until \(self.when(when))"
            case .forSeconds(let seconds): "for \(duration(seconds))"
            case .day: "day"
            case nil: nil
            }
        return join(
            expiry, conditions.isImmediateOrCancel ? "ioc" : nil, conditions.isFillOrKill ? "fok" : nil,
            conditions.isPostOnly ? "post" : nil, conditions.overridesGuard ? "anyway" : nil)
    }

    private static func history(_ query: HistoryQuery) -> String {
        join(
            query.pair?.value.description, query.last.map { "last \($0)" },
            query.since.map { "since \(when($0.value))" }, query.until.map { "until \(when($0.value))" },
            query.fromID.map { "from \($0)" }, query.toID.map { "to \($0)" }, query.oldestFirst ? "oldest" : nil)
    }

    private static func duration(_ seconds: Int64) -> String {
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
        ]
        return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    }

    private static func when(_ when: When) -> String {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        return switch when {
        case .clock(let time): clock(time)
        case .tomorrow(let time): join("tomorrow", time.map(clock))
        case .weekday(let day, let time): join(days[day], time.map(clock))
        case .date(let date, let time):
            join("\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))", time.map(clock))
        }
    }

    private static func clock(_ time: ClockTime) -> String { "\(time.hour):\(padded(time.minute, 2))" }

    private static func padded(_ number: Int, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }
}
