import Trading

/// What one account finds after a restart, held against its book.
struct KillCheck {
    private let session: KillSession
    private let desk: KillDesk
    private var player: Player { session.player }
    private var book: AccountBook { session.player.book }

    /// Finished orders that a report is asked for, of each kind.
    private static let reportedOfEachKind = 25

    init(_ session: KillSession, _ desk: KillDesk) {
        (self.session, self.desk) = (session, desk)
    }

    // MARK: Lines

    /// Says again what was not answered, and some of what was; all with the tags of the first time.
    func repeatLost() throws {
        let lost = player.unanswered
        try learnOpenOrders()
        for line in lost {
            let made: UInt64? = if case .order(let quantity) = line.kind { book.rootOfQuantity[quantity] } else { nil }
            let isCanceled: Bool =
                if case .cancel(let ids) = line.kind {
                    ids.allSatisfy { book.orders[$0]?.ending == "canceled" }
                } else { false }
            try session.ask(line)
            desk.tally.repeatedLines += 1
            if made != nil || (isCanceled && line.isDone) { desk.tally.unansweredButDone += 1 }
            if case .order = line.kind, let made, line.orderID != made {
                throw Contradiction("\(line.line) made #\(made), and said again gives \(line.text ?? "nothing")")
            }
        }
        for _ in 0..<6 {
            // Repeating is free of effects: the reply is the first one to the last character.
            guard let line = player.typed.randomElement(using: &desk.chance) else { break }
            try session.ask(line)
            desk.tally.repeatedLines += 1
        }
        // What was answered in text is known whole only from the same reply in JSON.
        for line in player.typed.suffix(400) where line.json == nil { try session.ask(line) }
    }

    /// Orders that wait for a trigger are told by no notification.
    private func learnOpenOrders() throws {
        for order in try session.ask("orders")?.objects("orders") ?? [] { try book.learn(order) }
    }

    // MARK: State

    func checkState() throws {
        try checkAnswered()
        try checkOpenOrders()
        try checkExpiries()
        try checkFunds()
        try checkReport()
        try checkSomeOrders()
    }

    /// Every `+` is there.
    private func checkAnswered() throws {
        for line in player.typed.suffix(2_000) where line.isDone && !line.isChecked {
            line.isChecked = true
            desk.tally.doneLines += 1
            switch line.kind {
            case .order(let quantity):
                guard let id = line.orderID, book.rootOfQuantity[quantity] == id else {
                    throw Contradiction("\(line.line) was answered \(line.text ?? ""), and there is no such order")
                }
            case .cancel(let ids):
                for id in ids where book.orders[id]?.isWorking == true {
                    throw Contradiction("\(line.line) was answered \(line.text ?? ""), and #\(id) is on the book")
                }
            case .contra(let id):
                guard let contra = line.orderID, book.orders[contra]?.parent == id else {
                    throw Contradiction("\(line.line) was answered \(line.text ?? ""), and there is no such order")
                }
            case .deposit, .other: break
            }
        }
    }

    /// The open orders are those of the book, with its figures.
    private func checkOpenOrders() throws {
        let reply = try session.ask("orders")
        let listed = try reply?.objects("orders") ?? []
        var ids: Set<UInt64> = []
        for object in listed {
            guard let id = object.number("id"), book.orders[id] != nil else {
                throw Contradiction("orders lists what nobody was told of: \(object)")
            }
            try book.learn(object)
            ids.insert(id)
            if book.isOver(id) == true { throw Contradiction("#\(id) is over, and among the open orders") }
            try expectSums(id, object)
        }
        try checkContras(reply?.text("text") ?? "", ids)
        for (id, order) in book.orders where order.parent == nil && !ids.contains(id) {
            switch book.isOver(id) {
            case false?: throw Contradiction("#\(id) is open by all that was told, and not among the open orders")
            case nil:
                let found = try session.ask("order \(id)")?.object("order")
                guard let found, found.text("closed_at") != nil else {
                    throw Contradiction("#\(id) is not over, and not among the open orders")
                }
                try book.learn(found)
            case true?: break
            }
        }
    }

    /// A paired order that was told to be ready for its contra still is.
    private func checkContras(_ list: String, _ ids: Set<UInt64>) throws {
        let lines = list.split(separator: "\n")
        for id in book.awaitingContra.intersection(ids) {
            let line = lines.first { $0.hasPrefix("  #\(id) ") }
            guard let line, line.contains("contra \(id) at PRICE") else {
                throw Contradiction("#\(id) was ready for its contra, and is not: \(line ?? "")")
            }
        }
    }

    private func expectSums(_ id: UInt64, _ object: Fields) throws {
        let (filled, fee) = try book.sums(of: id)
        guard try object.money("filled") == filled, try object.money("fee") == fee else {
            throw Contradiction("#\(id) has filled \(filled) for a fee of \(fee) by its notifications: \(object)")
        }
    }

    /// What was due when the server was started has been told.
    private func checkExpiries() throws {
        for (id, order) in book.orders where order.parent == nil {
            guard let time = order.expireTime, time <= desk.startedAt else { continue }
            if book.isOver(id) == false { throw Contradiction("#\(id) was to end at \(time), and is open") }
            if order.ending == "expired", let endedAt = order.endedAt, endedAt >= desk.startedAt {
                desk.tally.expiredWhileDown += 1
            }
        }
        for order in book.orders.values where order.ending == "expired" {
            // What belongs to a whole ends with it, and has no time of its own.
            let time = order.expireTime ?? order.parent.flatMap { book.orders[$0]?.expireTime }
            guard let time, let endedAt = order.endedAt, time <= endedAt, endedAt <= Moment.now else {
                throw Contradiction("#\(order.id) expired at \(order.endedAt ?? "?"), its time is \(time ?? "none")")
            }
        }
    }

    /// Free and in orders are the total; the total is what was deposited and traded; what is held is what orders need.
    private func checkFunds() throws {
        for fund in try session.ask("funds")?.objects("funds") ?? [] {
            guard let coin = fund.text("coin") else { continue }
            let (free, inOrders, total) = (
                try fund.money("free"), try fund.money("in_orders"), try fund.money("total")
            )
            guard free + inOrders == total, total == book.total(coin), inOrders == book.inOrders(coin) else {
                throw Contradiction(
                    """
                    \(coin): \(free) free and \(inOrders) in orders of \(total); by deposits, fills and fees \
                    \(book.inOrders(coin)) of \(book.total(coin))
                    """)
            }
        }
    }

    /// The newest finished orders, with the figures of their notifications.
    private func checkReport() throws {
        let asked = KillCheck.reportedOfEachKind
        for object in try session.ask("report last \(asked)")?.objects("report") ?? [] {
            let id = try book.learn(object)
            desk.tally.reportedOrders += 1
            guard book.isOver(id) == true else { throw Contradiction("#\(id) is reported, and open") }
            try expectSums(id, object)
            if let ending = book.orders[id]?.ending, book.orders[id]?.kind != "paired",
                !["oco", "stop"].contains(book.orders[id]?.kind)
            {
                guard object.text("status") == ending else { throw Contradiction("#\(id) ended \(ending): \(object)") }
            }
            guard object.text("kind") == "paired", let benefit = object.text("benefit") else { continue }
            desk.tally.benefits += 1
            guard book.orders[id]?.benefit == ExactDecimal(benefit) else {
                throw Contradiction("#\(id) has \(benefit), and was told \(book.orders[id]?.benefit ?? .zero)")
            }
        }
    }

    /// Of some orders, finished ones too, each fill.
    private func checkSomeOrders() throws {
        let ids = book.orders.keys.sorted()
        for _ in 0..<3 {
            guard let id = ids.randomElement(using: &desk.chance) else { return }
            guard let answer = try session.ask("order \(id)"), let object = answer.object("order") else {
                throw Contradiction("#\(id) was told of, and is not there")
            }
            try book.learn(object)
            // Only now: what was told of the order while the answer was on its way belongs to it.
            let told = book.orders[id]?.fills ?? []
            let fills = try answer.objects("fills").map { fill in
                KnownOrder.KnownFill(
                    id: fill.number("id") ?? 0, price: try fill.money("price"), quantity: try fill.money("quantity"),
                    fee: try fill.money("fee"))
            }
            guard Set(fills) == Set(told), fills.count == told.count else {
                throw Contradiction("#\(id) has the fills \(fills), and was told \(told)")
            }
        }
    }
}
