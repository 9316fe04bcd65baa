import Foundation
import Glibc
import Trading

/// One of the venues at which a desk trades, and what the desk calls it: as its protocol is called.
struct VenueEnd {
    let exchange: String
    let process: VenueProcess

    /// The key of a trader there: no two exchanges may be given one.
    func key(of trader: String) -> String { "\(trader)-at-\(exchange)" }
}

/// The desk and its venues, all real, with traders between them; each end is killed in turn. Belongs to one thread.
final class BothEnds {
    let desk: DeskUnderTest
    let venues: [VenueEnd]
    private(set) var traders: [WireTrader] = []
    var tally = BothEndsTally()
    private var chance: SplitMix64
    /// What plays, where nobody moves the market by hand.
    let tape: [String]
    /// The newest notification of each trader before trading began.
    private(set) var setup: [String: UInt64] = [:]
    /// Where the market is, in thousandths.
    private var middle = BothEnds.home
    private var nextMove = 0
    private var down: Set<String> = []

    private static let home = 230_000
    private static let names = ["ann", "ben"]
    private static let faults = """
        lose-answer=0.04,lose-request=0.04,delay=0ms..60ms,html=0.02,empty=0.01,cut=0.02,often=0.01,partial=0.2,\
        cancel-elsewhere=0.005
        """
    private static let moveMilliseconds = 250

    init(seed: UInt64, exchanges: [String] = ["btce"], tape: [String] = []) throws {
        chance = SplitMix64(seed: seed)
        self.tape = tape
        desk = try DeskUnderTest()
        venues = try exchanges.map { VenueEnd(exchange: $0, process: try VenueProcess()) }
        for venue in venues {
            venue.process.accounts = BothEnds.names.flatMap {
                ["--account", "\(venue.key(of: $0)):secret-of-\($0)", "--funds", "100000 usd, 100 btc"]
            }
            try venue.process.start(options(of: venue))
        }
        let made = try ProgramRun(["keys", "new-master", masterKeyPath], in: desk.folder)
        guard try made.ending() == .exit(0) else { throw Unexpected("no master key: \(made.logged)") }
        try writeConfiguration()
        for name in BothEnds.names { try desk.add(name) }
        try desk.start(deskOptions)
        for name in BothEnds.names {
            let session = try desk.logIn(name)
            for venue in venues {
                let reply = try session.ask("keys \(venue.exchange) set \(venue.key(of: name)) secret-of-\(name)")
                guard reply.ok == true else { throw Unexpected("the key of \(name): \(reply.raw)") }
            }
            traders.append(WireTrader(name: name, token: try desk.token(of: session), exchanges: exchanges))
        }
        for trader in traders {
            try trader.connect(port: desk.port)
            try wait("the desk has the funds of \(trader.name)") { try differences(of: trader) }
            setup[trader.name] = UInt64(trader.notifications.count)
        }
        let faults = BothEnds.faults.split(separator: ",").map { fault in
            let words = fault.split(separator: "=")
            return "\"\(words[0])\":\"\(words[1])\""
        }
        for venue in venues { _ = try venue.process.control("/fault", "{\(faults.joined(separator: ","))}") }
    }

    private func options(of venue: VenueEnd) -> [String] {
        ["--books", venue.process.booksPath, "--dialect", venue.exchange] + tape
    }

    private var masterKeyPath: String { desk.folder.appendingPathComponent("master").path }

    /// Answers that hang are given up quickly, and what was lost is asked about soon: more of it fits in a minute.
    private var deskOptions: [String] {
        let limits = ["outgoing_bytes=10000000", "answer_rows=100000", "ask_again_s=2"].flatMap { ["--limit", $0] }
        return ["--config", configurationPath, "--master-key-file", masterKeyPath] + DeskUnderTest.unhurried + limits
    }

    private var configurationPath: String { desk.folder.appendingPathComponent("desk.json").path }

    /// Where the venues are, which stays so through all lives.
    private func writeConfiguration() throws {
        let blocks = venues.map { venue in
            #"""
            "\#(venue.exchange)": {"url": "http://127.0.0.1:\#(venue.process.port)", "rate": "200/400", "timeout": 1500}
            """#
        }
        let file = "{\"exchanges\": {\(blocks.joined(separator: ", "))}}"
        try Data(file.utf8).write(to: URL(fileURLWithPath: configurationPath))
    }

    // MARK: Lives

    /// Trades, with so many kills; both ends are up at the end.
    func run(kills: Int, mostMillisecondsBetween most: Int) throws {
        while tally.kills < kills {
            try trade(milliseconds: Int.random(in: 500...most, using: &chance))
            switch Int.random(in: 0..<5, using: &chance) {
            case 0, 1: try killDesk { try startDesk() }
            case 2, 3:
                let venue = anyVenue()
                try kill(venue)
                // The desk goes on without it, and trades where it can.
                try trade(milliseconds: Int.random(in: 0...2_000, using: &chance))
                try start(venue)
            default:
                let venue = anyVenue()
                try kill(venue)
                try killDesk {
                    try start(venue)
                    try startDesk()
                }
            }
        }
        try trade(milliseconds: min(most, 2_500))
    }

    private func anyVenue() -> VenueEnd {
        venues.count == 1 ? venues[0] : venues[Int.random(in: 0..<venues.count, using: &chance)]
    }

    private func kill(_ venue: VenueEnd) throws {
        try venue.process.stop(SIGKILL)
        down.insert(venue.exchange)
        tally.kills += 1
        tally.venueKills += 1
        for trader in traders { trader.story.note("server", "\(venue.exchange) is killed") }
    }

    private func start(_ venue: VenueEnd) throws {
        let seed = Int.random(in: 1...1_000_000, using: &chance)
        try venue.process.startAgain(options(of: venue) + ["--fault", BothEnds.faults, "--seed", "\(seed)"])
        down.remove(venue.exchange)
        for trader in traders { trader.story.note("server", "\(venue.exchange) is up") }
    }

    private func killDesk(_ start: () throws -> Void) throws {
        tally.linesCutOff += traders.count { !$0.isIdle }
        try desk.stop(SIGKILL)
        tally.kills += 1
        for trader in traders {
            trader.story.note("server", "the desk is killed")
            try trader.disconnect(isRead: Int.random(in: 0..<4, using: &chance) > 0)
        }
        try start()
    }

    /// Now and then it is killed once more while it starts, or while it compares itself with the venue.
    private func startDesk() throws {
        if Int.random(in: 0..<3, using: &chance) == 0 {
            try desk.launch(deskOptions)
            usleep(UInt32.random(in: 0...800_000, using: &chance))
            try desk.stop(SIGKILL)
            tally.killsWhileStarting += 1
        }
        try desk.start(deskOptions)
        for trader in traders {
            trader.story.note("server", "the desk is up")
            try trader.connect(port: desk.port)
        }
    }

    // MARK: Trading

    private func trade(milliseconds: Int) throws {
        let end = Moment.milliseconds + milliseconds
        while Moment.milliseconds < end {
            try moveMarket()
            for trader in traders { try trader.type(middle, &chance) }
            _ = Wire.wait(for: traders.flatMap(\.wires), milliseconds: 50)
            for trader in traders { try trader.read() }
        }
    }

    private func moveMarket() throws {
        guard Moment.milliseconds >= nextMove else { return }
        nextMove = Moment.milliseconds + BothEnds.moveMilliseconds
        for venue in venues where !down.contains(venue.exchange) {
            if tape.isEmpty { try moveMarket(of: venue) } else { try lookAtTape(of: venue) }
        }
    }

    private func moveMarket(of venue: VenueEnd) throws {
        middle += Int.random(in: -1_500...1_500, using: &chance) + (BothEnds.home - middle) / 8
        func text(_ thousandths: Int) -> String {
            "\"\(thousandths / 1_000).\(String(thousandths % 1_000 + 1_000).dropFirst())\""
        }
        let pair = "\"pair\":\"btc_usd\""
        _ = try venue.process.control("/quote", "{\(pair),\"bid\":\(text(middle - 100)),\"ask\":\(text(middle + 100))}")
        let (price, side) = (middle + Int.random(in: -1_500...1_500, using: &chance), Bool.random(using: &chance))
        _ = try venue.process.control(
            "/trade", "{\(pair),\"price\":\(text(price)),\"amount\":\"0.3\",\"side\":\"\(side ? "buy" : "sell")\"}")
    }

    /// Where the tape is now. The books end with the pairs; the rest of them is not read.
    private func lookAtTape(of venue: VenueEnd) throws {
        let books = try venue.process.controlText("/books")
        guard let last = books.range(of: "\"last\":\"", options: .backwards) else { return }
        guard let price = ExactDecimal(String(books[last.upperBound...].prefix { $0 != "\"" })) else { return }
        middle = Int(price.units / (ExactDecimal.one.units / 1_000))
    }

    /// What went wrong, with what led to it; the files stay for whoever looks.
    func report(_ error: any Error) -> String {
        _ = try? desk.stop(SIGKILL)
        let kept = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-both-\(UUID().uuidString)")
        try? FileManager.default.copyItem(at: desk.folder, to: kept)
        for venue in venues {
            let books = try? venue.process.controlText("/books")
            try? Data((books ?? "").utf8).write(to: kept.appendingPathComponent("\(venue.exchange)-books.json"))
        }
        return """
            after \(tally.kills) kills: \(error)
              the database, and the venues' books: \(kept.path)
              the last that was said:
            \(traders.map { $0.story.end(of: $0.name, lines: 60) }.joined(separator: "\n\n"))
              the server's log:
            \(desk.oldLogs.suffix(3_000))
            """
    }
}
