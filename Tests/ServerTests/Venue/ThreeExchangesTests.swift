import ExactJSON
import Foundation
import Glibc
import Testing
import Trading

extension `The server` {
    /// A desk with the paper exchange, a venue that speaks btc-e's protocol and one that speaks YoBit's, all as programs.
    @Suite struct `with three exchanges` {
        /// Over nine months of real trades where those are there, some hours of them a second.
        @Test func `trades all kinds at all of them, and has equal books whoever is killed`() throws {
            let real = ["--tape", Tapes.path("bitstamp_btc_usd_2011.csv"), "--speed", "100000", "--loop"]
            if !Tapes.areThere { print("the tapes of ../shared are not here: the synthetic one plays") }
            try ThreeExchanges(tape: Tapes.areThere ? real : ["--tape", "synthetic", "--loop"]).run()
        }
    }
}

/// Three exchanges, the desk between them, and one trader with one session at a time. Belongs to one thread.
private final class ThreeExchanges {
    private let desk: DeskUnderTest
    private let venues: [(name: String, process: VenueProcess)]
    private let tape: [String]
    private var session: Trader?
    private var token = ""
    private var tags = 0

    private static let places = ["paper", "btce", "yobit"]

    init(tape: [String]) throws {
        desk = try DeskUnderTest()
        self.tape = tape
        venues = try ["btce", "yobit"].map { ($0, try VenueProcess()) }
        for (name, process) in venues {
            process.accounts = ["--account", "\(name)-key:\(name)-secret", "--funds", "100000 usd, 100 btc"]
            try process.start(["--books", process.booksPath, "--dialect", name] + tape)
        }
        try desk.add("ann", funds: "100000 usd, 100 btc")
        try desk.start(options)
        let first = try desk.logIn("ann")
        for (name, _) in venues {
            let reply = try first.ask("keys \(name) set \(name)-key \(name)-secret")
            guard reply.ok == true else { throw Unexpected("the key of \(name): \(reply.raw)") }
        }
        token = try desk.token(of: first)
        try connect()
    }

    private var options: [String] {
        let exchanges = venues.flatMap { ["--exchange", "\($0.name)=http://127.0.0.1:\($0.process.port)"] }
        let limits = ["ask_again_s=2", "outgoing_bytes=10000000"].flatMap { ["--limit", $0] }
        return ["--exchange", "paper"] + exchanges + tape + limits + DeskUnderTest.unhurried
    }

    private func connect() throws { session = try desk.connect(token: token) }

    // MARK: Lines

    /// Says a line under a tag until it is answered, by whichever desk runs by then.
    @discardableResult
    private func say(_ line: String) throws -> String {
        tags += 1
        return try said(line, tag: "t\(tags)")
    }

    private func said(_ line: String, tag: String) throws -> String {
        guard let session else { throw Unexpected("nobody is connected") }
        return try session.ask(line, tag: tag).text
    }

    /// Until the reply begins so: an exchange may be down, or being compared with the desk.
    private func waitFor(_ line: String, _ isRight: (String) throws -> Bool) throws {
        let giveUp = Moment.milliseconds + patienceSeconds * 1_000
        var last = ""
        repeat {
            last = try say(line)
            if try isRight(last) { return }
            usleep(200_000)
        } while Moment.milliseconds < giveUp
        throw Unexpected("\(line): \(last)")
    }

    private func tradeEverywhere(except down: String? = nil, round: Int) throws {
        for place in ThreeExchanges.places where place != down {
            let amount = "0.1\(round + 1)"
            for line in [
                "buy \(amount) btc_usd at last-20% until 23:59", "sell \(amount) btc_usd at last+20%",
                "buy \(amount) btc_usd at market", "slice sell 0.5 btc_usd 5000..5004 x5",
                "pair buy \(amount) btc_usd at ask then last+30%",
                "stop sell \(amount) btc_usd at last-30%", "trail sell \(amount) btc_usd by 40%",
                "sell \(amount) btc_usd at last+30% stop last-30%",
            ] {
                // The market moves fast: what it comes to may be the trader's own order, and a side may have no price for a moment.
                try waitFor("\(line) on \(place)") {
                    $0.hasPrefix("+") || $0.hasSuffix("another order of this account")
                }
            }
        }
    }

    // MARK: Lives

    func run() throws {
        for (name, _) in venues { try waitForReady(name) }
        try tradeEverywhere(round: 0)
        try desk.stop(SIGKILL)
        try desk.start(options)
        try connect()
        for (name, _) in venues { try waitForReady(name) }
        try tradeEverywhere(round: 1)
        for (index, (name, process)) in venues.enumerated() {
            try process.stop(SIGKILL)
            // The others trade on, in the same session.
            try tradeEverywhere(except: name, round: 2 + index)
            if index == 1 {
                try desk.stop(SIGKILL)
                try desk.start(options)
                try connect()
            }
            try process.startAgain(["--books", process.booksPath, "--dialect", name] + tape)
            try waitForReady(name)
            try tradeEverywhere(round: 4 + index)
        }
        try settle()
    }

    private func waitForReady(_ name: String) throws {
        try waitFor("buy 0.01 btc_usd at market on \(name)") { $0.hasPrefix("+") }
    }

    /// Everything comes off, and all books are held against each other.
    private func settle() throws {
        try waitFor("cancel all") { _ in try orders() == 0 }
        for (name, process) in venues {
            try waitFor("report drift on \(name)") { $0.hasPrefix("= no difference between the books and \(name)") }
            let books = try process.control("/books")
            guard let account = books["accounts"]?.elements.first else { throw Unexpected("\(name) has no account") }
            guard account["open_orders"]?.elements.isEmpty == true else {
                throw Unexpected("orders are open at \(name)")
            }
            let funds = try raw("funds on \(name)")
            for coin in ["usd", "btc"] {
                let written = account["funds"]?[coin]?["total"]?.written ?? "none"
                guard let total = ExactDecimal(written), funds.contains("\"coin\":\"\(coin)\""),
                    funds.contains("\"total\":\"\(total)\"")
                else { throw Unexpected("\(name) has \(written) \(coin), and the desk says: \(funds)") }
            }
        }
        try waitFor("report drift on paper") { $0.hasPrefix("= no difference between the books and paper") }
        try checkNotifications()
    }

    private func orders() throws -> Int {
        let text = try say("orders")
        return text.hasPrefix("= no open orders") ? 0 : Int(text.dropFirst(2).prefix { $0.isNumber }) ?? -1
    }

    private func raw(_ line: String) throws -> String {
        guard let session else { throw Unexpected("nobody is connected") }
        return try session.ask(line).raw
    }

    /// Numbered from 1 without a gap, each of an order with its exchange.
    private func checkNotifications() throws {
        guard let session else { throw Unexpected("nobody is connected") }
        let all = try session.resumed()
        guard all.compactMap(\.seq) == (0..<all.count).map({ UInt64($0) + 1 }) else {
            throw Unexpected("the notifications have a gap")
        }
        for place in ThreeExchanges.places {
            guard
                all.contains(where: {
                    $0.raw.contains("\"event\":\"filled\"") && $0.raw.contains("\"exchange\":\"\(place)\"")
                })
            else { throw Unexpected("nothing was told to be filled on \(place)") }
        }
    }
}
