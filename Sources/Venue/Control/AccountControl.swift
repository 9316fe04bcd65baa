import ExactJSON
import Exchange
import Trading

/// What happens to an account without a client of ours: money that comes and goes, orders from elsewhere, rights that change.
extension TapiVenue {
    /// How long a description may be, in bytes of UTF-8.
    static let descriptionBytesMax = 512

    // MARK: Money

    /// `{key, coin, amount}`, and `type: credit` for what is no deposit; with `status` and `description`, those of the row.
    func deposit(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        try move(body, .deposit, or: .credit, at: now)
    }

    /// `{key, coin, amount}`, and `type: debit` for what is no withdrawal. No more goes than is free.
    func withdraw(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        try move(body, .withdrawal, or: .debit, at: now)
    }

    private func move(
        _ body: ControlBody, _ usual: BalanceChangeReason, or other: BalanceChangeReason, at now: Timestamp
    ) throws -> [(String, ExchangeJSON)] {
        let account = try account(body)
        guard let coin = Coin(try body.text("coin")), books.ledger.coins.contains(coin) else {
            throw ControlRefusal("no pair has that coin")
        }
        let amount = try body.positive("amount")
        let reason = try body.optional("type") == other.rawValue ? other : usual
        let most = books.ledger[.free(.account(account)), coin]
        if usual == .withdrawal, amount.units > most {
            throw ControlRefusal("only \(ExactDecimal(units: most)) is free")
        }
        let text = try body.optional("description")
        if let text, text.utf8.count > TapiVenue.descriptionBytesMax {
            throw ControlRefusal("a description has at most \(TapiVenue.descriptionBytesMax) bytes")
        }
        let status = try body.optional("status") == nil ? nil : try status(body)
        if text == nil, status == nil {
            commit(.money(account, amount, coin, reason), at: now)
        } else {
            commit(
                .transaction(account, amount, coin, reason, status ?? .successful, text: text ?? ""), at: now)
        }
        return [("number", .whole(books.transactions.count)), free(account, coin)]
    }

    /// `{number, status}`: what becomes of a transaction that waits, or is not confirmed.
    func settle(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        guard let number = UInt64(try body.text("number")), let transaction = books.transaction(number) else {
            throw ControlRefusal("no such transaction")
        }
        guard transaction.status.isPending else {
            throw ControlRefusal("it is \(transaction.status.name), and stays so")
        }
        commit(.settle(number, try status(body)), at: now)
        return [free(transaction.account, transaction.coin)]
    }

    private func status(_ body: ControlBody) throws -> TransactionStatus {
        guard let status = TransactionStatus(name: try body.text("status")) else {
            let names = TransactionStatus.allCases.map(\.name).joined(separator: ", ")
            throw ControlRefusal("status is one of \(names)")
        }
        return status
    }

    private func free(_ account: AccountID, _ coin: Coin) -> (String, ExchangeJSON) {
        ("free", .string("\(ExactDecimal(units: books.ledger[.free(.account(account)), coin]))"))
    }

    // MARK: Orders

    /// `{key, pair, type, rate, amount}`: the trader places an order at the venue's own page, or with another program.
    func order(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        let account = try account(body)
        let new: OrderEntry
        do throws(TapiError) {
            new = try entry(
                account, pair: (try? body.text("pair")) ?? "", type: try? body.text("type"),
                rate: try? body.text("rate"),
                amount: try? body.text("amount"))
        } catch {
            throw ControlRefusal(error.text(dialect))
        }
        commit(.order(account, new.pair, new.side, price: new.price, quantity: new.quantity), at: now)
        guard let order = books.orders.last else { preconditionFailure("an accepted order is not in the books") }
        return [("order_id", .whole(told(order.number))), remains(order)]
    }

    /// `{order_id}`: strangers take what is left of an order that rests, at its price; with `amount`, so much of it.
    func fill(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        let order = try open(body)
        var quantity = ExactDecimal(units: order.left)
        if try body.optional("amount") != nil, let rules = pairs[order.pair]?.rules {
            quantity = try self.quantity(body, rules, at: ExactDecimal(units: order.price))
        }
        guard quantity.units <= order.left else {
            throw ControlRefusal("only \(ExactDecimal(units: order.left)) is left of it")
        }
        commit(.take(order.number, quantity), at: now)
        return [remains(order)]
    }

    /// `{order_id}`: the trader cancels it at the venue's own page.
    func cancel(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        commit(.cancel(try open(body).number), at: now)
        return []
    }

    private func open(_ body: ControlBody) throws -> VenueOrder {
        guard let number = number(told: try body.text("order_id")), let order = books.order(number) else {
            throw ControlRefusal("no such order")
        }
        guard order.status == .open else { throw ControlRefusal("it is \(order.status.rawValue)") }
        return order
    }

    private func remains(_ order: VenueOrder) -> (String, ExchangeJSON) {
        ("remains", .string("\(ExactDecimal(units: order.left))"))
    }

    // MARK: Rights

    /// `{key, info, trade, withdraw}`: what the key may do from now on; what is not named stays.
    func changeRights(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        let account = try account(body)
        var new = rights(of: account)
        for right in KeyRight.allCases {
            switch try body.optional(right.rawValue) {
            case nil: break
            case "1": new.insert(right)
            case "0": new.remove(right)
            case let other?: throw ControlRefusal("\(right.rawValue) is true or false, not \(other)")
            }
        }
        commit(.rights(account, new), at: now)
        return KeyRight.allCases.map { ($0.rawValue, new.contains($0) ? 1 : 0) }
    }

    private func account(_ body: ControlBody) throws -> AccountID {
        guard let account = accountNumbers[try body.text("key")] else { throw ControlRefusal("no such key") }
        return account
    }
}
