import Accounts
import Conversation
import Desk
import Exchange
import Ledger
import OrderEngine
import Trading

/// What is checked while the world runs, after a crash, and at the end.
extension Simulation {
    /// The engine's funds and those of the paper exchange are of the same transaction: they agree at every moment.
    func checkFunds() throws {
        guard let seat = paperSeat, let desk = server.desk, let paper = server.paper, desk.halt == nil else { return }
        for trader in traders {
            for balance in paper.balances(of: trader.account) {
                let mine = desk.engineFunds(of: trader.account, in: balance.coin, at: seat.id)
                // What a ladder holds for orders that it has still to place the exchange has not heard of.
                let unplaced = desk.engineUnplaced(of: trader.account, in: balance.coin, at: seat.id)
                guard mine.total == balance.total, mine.reserved - unplaced == balance.held else {
                    throw Violation(
                        .fundsAgree, expected: "\(balance.free) free, \(balance.held) held",
                        found: "\(mine.total) with \(mine.reserved) held", "\(balance.coin) of \(trader.name)")
                }
            }
        }
    }

    /// All that anybody was told is there.
    func checkPromises() throws {
        guard let ledger = server.ledger else { return }
        for trader in traders {
            for (id, statement) in trader.books.orders.sorted(by: { $0.key < $1.key }) {
                guard let order = try ledger.order(id) else {
                    throw Violation(.answeredIsThere, "\(trader.name) was told of \(id), and it is not there")
                }
                let now = OrderStatement(order)
                guard statement.canHaveBecome(now) else {
                    throw Violation(.answeredIsThere, expected: statement, found: now, "\(id) of \(trader.name)")
                }
            }
            try checkAccount(trader, ledger)
            let head = try ledger.notificationHead(trader.account)
            for (number, json) in trader.books.told.sorted(by: { $0.key < $1.key }) {
                let row = try ledger.notifications(trader.account, from: number, limit: 1).first
                guard number <= head, row?.seq == number, row?.json == json else {
                    throw Violation(
                        .notificationsInOrder, expected: json, found: row?.json ?? "nothing",
                        "notification \(number) of \(trader.name)")
                }
            }
        }
    }

    private func checkAccount(_ trader: SimulatedTrader, _ ledger: Ledger) throws {
        let settings = try ledger.read { try AccountStore($0).settings(of: trader.account) }
        for (name, setting) in trader.books.settings.sorted(by: { $0.key < $1.key }) {
            guard let acknowledged = setting.acknowledged else { continue }
            let value = settings[name]
            guard value == acknowledged || setting.possible.contains(value ?? "") else {
                throw Violation(
                    .answeredIsThere, expected: acknowledged, found: value ?? "nothing", "\(name) of \(trader.name)")
            }
        }
        let tokens = try ledger.read { try AccountStore($0).tokens(of: trader.account).map(\.name.text) }
        for (name, state) in trader.books.tokens.sorted(by: { $0.key < $1.key }) {
            switch state {
            case .there where !tokens.contains(name):
                throw Violation(.answeredIsThere, "token \(name) of \(trader.name) is not there")
            case .gone where tokens.contains(name):
                throw Violation(.answeredIsThere, "token \(name) of \(trader.name) is still there")
            case .asked, .there, .dropAsked, .gone: break
            }
        }
    }

    func checkEnd() throws {
        guard let desk = server.desk, let ledger = server.ledger else { return }
        try checkPromises()
        try checkPanicsAreCleared()
        try checkNothingIsLeft()
        for trader in traders {
            let head = try ledger.notificationHead(trader.account)
            guard trader.books.toldUpTo == head else {
                throw Violation(
                    .allIsTold, expected: head, found: trader.books.toldUpTo, "notifications told to \(trader.name)")
            }
        }
        for seat in seats {
            guard let live = desk.engineState(at: seat.id) else { throw Violation(.opens, "no seat at \(seat.id)") }
            try checkEngine(at: seat, live, ledger)
        }
        try checkOneLineOneOrder(ledger)
        try checkRoundTrips()
        try checkForeign(ledger)
        try checkUncertain(ledger)
        try checkPassedOver(ledger)
        try checkRebuild(ledger)
    }

    /// The engine of a seat is the one that its records make, from the first on and from the newest snapshot on.
    private func checkEngine(at seat: SimulatedSeat, _ live: EngineSnapshot, _ ledger: Ledger) throws {
        for row in live.funds where seat.wire == nil {
            // A coin that the exchange has never heard of.
            let isBooked = server.paper?.balances(of: row.account).contains { $0.coin == row.coin } ?? true
            guard isBooked || row.funds.total.isZero else {
                throw Violation(.fundsAgree, expected: "none", found: row.funds.total, "\(row.coin) of \(row.account)")
            }
        }
        if let difference = firstDifference(live, observer.engine(at: seat.id).snapshot()) {
            throw Violation(.restoredIsLive, "the engine of \(seat.id) made of the records has \(difference)")
        }
        let loaded = try ledger.load()
        var restored =
            loaded.snapshots.first { $0.exchange == seat.id }.map { OrderEngine(restoring: $0) }
            ?? OrderEngine(exchange: seat.id)
        try ledger.forEachRecord(after: loaded.number) { if $0.exchange == seat.id { restored.replay($0.record) } }
        if let difference = firstDifference(live, restored.snapshot()) {
            throw Violation(.restoredIsLive, "the engine of \(seat.id) restored from its snapshot has \(difference)")
        }
        for entry in live.orders {
            guard let row = try ledger.order(entry.order.id), row == entry.order else {
                throw Violation(.tablesAreTheRecords, "the row of \(entry.order.id) is not the order")
            }
        }
    }

    private func checkOneLineOneOrder(_ ledger: Ledger) throws {
        var made: [String: Int] = [:]
        try ledger.forEachRecord { numbered in
            let record = numbered.record
            if case .orderPlaced(let order) = record, order.parent == nil {
                made["\(order.account) \(order.line)", default: 0] += 1
            }
        }
        for trader in traders {
            for (text, times) in trader.timesAsked.sorted(by: { $0.key < $1.key }) {
                let count = made["\(trader.account) \(text)"] ?? 0
                guard count <= times else {
                    throw Violation(.oneLineOneOrder, expected: "at most \(times)", found: count, text)
                }
            }
        }
    }
}
