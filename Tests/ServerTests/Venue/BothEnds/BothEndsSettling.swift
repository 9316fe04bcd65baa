import ExactJSON
import Glibc
import Trading

extension BothEnds {
    /// Nothing goes wrong any more, all is settled and taken off, and the books are held against each other.
    func settle() throws {
        for venue in venues { _ = try venue.process.control("/fault", "{}") }
        for trader in traders {
            try wait("\(trader.name) has all answers") {
                try trader.read()
                if try trader.sayUnanswered() { return [] }
                _ = Wire.wait(for: trader.wires, milliseconds: 50)
                return ["some lines have none"]
            }
            try waitUntilDone("resume", trader)
            if tape.isEmpty { try waitForEqualFunds(trader) { [] } }
        }
        for trader in traders {
            try waitUntilDone("cancel all", trader)
            try waitForEqualFunds(trader) {
                let open = try trader.ask("orders").objects("orders").count
                // A round trip whose entry comes off filled in part waits for its contra order, and is ended by another cancel.
                if open > 0 { try waitUntilDone("cancel all", trader) }
                return open > 0 ? ["\(open) orders are open"] : []
            }
        }
        try checkAll()
    }

    private func waitUntilDone(_ line: String, _ trader: WireTrader) throws {
        try wait("\(line) of \(trader.name) is done") {
            let reply = try trader.ask(line)
            return reply.flag("ok") == true ? [] : [reply.text("text") ?? ""]
        }
    }

    private func waitForEqualFunds(_ trader: WireTrader, _ others: () throws -> [String]) throws {
        try wait("\(trader.name) has at the desk what it has at the venue") {
            try others() + differences(of: trader)
        }
    }

    /// What differs between a trader's funds at the desk and at its venues.
    func differences(of trader: WireTrader) throws -> [String] {
        try venues.flatMap { venue in
            // First the desk's, then the venue's: what happens between them is seen at the next look.
            let funds = try trader.ask("funds on \(venue.exchange)")
            return try BooksComparison(trader, venue).differences(in: funds)
        }
    }

    private func checkAll() throws {
        for trader in traders {
            // From the first one again: what was told then has to read the same now.
            try trader.readAllAgain(port: desk.port)
            try checkNumbers(of: trader)
            var fills = 0
            for venue in venues {
                let comparison = try BooksComparison(trader, venue)
                try comparison.checkFills()
                try comparison.checkOrders()
                try comparison.checkBookings(after: setup[trader.name] ?? 0)
                guard !comparison.hasOpenOrders else {
                    throw Contradiction("\(trader.name) has orders at \(venue.exchange), and not here")
                }
                fills += comparison.fillCount
            }
            tally.count(trader, fills: fills)
        }
        for venue in venues {
            let coins = try venue.process.control("/books")["coins"]
            for coin in coins?.names ?? [] {
                guard coins?[coin]?["sum"] == "0" else {
                    throw Contradiction("\(venue.exchange) made or lost some \(coin)")
                }
            }
        }
    }

    /// Notifications have no gap.
    private func checkNumbers(of trader: WireTrader) throws {
        let numbers = trader.notifications.keys.sorted()
        guard numbers == (0..<numbers.count).map({ UInt64($0) + 1 }) else {
            throw Contradiction("\(trader.name): the notifications have a gap: \(numbers)")
        }
    }

    /// Looks until nothing is amiss, as long as anybody has patience.
    func wait(_ what: String, _ amiss: () throws -> [String]) throws {
        let giveUp = Moment.milliseconds + patienceSeconds * 1_000
        while true {
            let left = try amiss()
            if left.isEmpty { return }
            for trader in traders { try trader.read() }
            guard Moment.milliseconds < giveUp else { throw Contradiction("\(what)? not so: \(left)") }
            usleep(50_000)
        }
    }
}
