import Accounts
import Conversation
import Exchange
import Foundation
import Ledger
import Logging
import Secrets
import Testing
import Trading

@testable import Desk
@testable import Transcripts

/// A desk on paper with a tape in a file of its own, and a clock that the test turns.
private final class TapeBench {
    let folder = FileManager.default.temporaryDirectory.appending(path: "outcry-tape-\(UUID().uuidString)")
    let passwords = InlinePasswords()
    var now = Timestamp(seconds: 1_767_614_400)
    private(set) var desk: DeskCore
    private(set) var told: [String] = []
    private var sessions: [SessionID: WireFormat] = [:]

    var tape: URL { folder.appending(path: "damaged.csv") }

    init(_ rows: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(rows.utf8).write(to: folder.appending(path: "damaged.csv"))
        desk = try TapeBench.open(folder, passwords, now)
        let hash = try PasswordHash(hashing: Secret("a-password"), cost: InlinePasswords.cost)
        for name in ["ana", "bob"] {
            _ = try desk.addAccount(
                try #require(AccountName(name)), role: name == "bob" ? .admin : .trader, passwordHash: hash,
                funds: [(1_000, "usd")], at: now)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static func open(_ folder: URL, _ passwords: InlinePasswords, _ now: Timestamp) throws -> DeskCore {
        try DeskCore.openPaper(
            database: folder.appending(path: "desk.db").path, DeskConfiguration(),
            tapes: PaperTapes(sources: [try TapeReader(path: folder.appending(path: "damaged.csv").path)]),
            passwords: passwords, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: now)
    }

    func restart() throws {
        try desk.ledger.close()
        desk = try TapeBench.open(folder, passwords, now)
        sessions = [:]
    }

    func process(_ inputs: [DeskInput]) {
        var inputs = inputs
        repeat {
            for case .send(let session, let message) in desk.process(inputs, at: now) {
                told.append(String(decoding: message.payload(as: sessions[session] ?? .text) ?? [], as: UTF8.self))
            }
            inputs = passwords.takeAnswers()
        } while !inputs.isEmpty
    }

    /// Opens a session and logs in.
    func logIn(_ name: String, _ number: UInt64, _ format: WireFormat = .text) {
        let session = SessionID(rawValue: number)
        sessions[session] = format
        process([.server(.opened(session, Peer(address: "127.0.0.1", format: format)))])
        type("login \(name) a-password", number)
    }

    /// What a line is answered with, and what is told with it.
    @discardableResult
    func type(_ line: String, _ number: UInt64) -> String {
        let before = told.count
        process([.server(.lines(SessionID(rawValue: number), [IncomingLine(text: line)]))])
        return told[before...].joined(separator: "\n")
    }

    func wait(seconds: Int) {
        for _ in 0..<seconds {
            now = now.advanced(bySeconds: 1)
            process([.wake])
        }
    }
}

@Suite struct TapeFailureTests {
    /// Rows of 3,000 bytes, a second apart, so that forty of them are two blocks of the file.
    private static let wide: String = {
        let note = String(repeating: "x", count: 3_000)
        let rows = (0..<40).map { "2015-03-01T10:00:\($0 < 10 ? "0" : "")\($0)Z,btc_usd,\(200 + $0),1,sell,\(note)" }
        return (["time,pair,price,amount,side,note"] + rows).joined(separator: "\n")
    }()

    @Test func `everybody is told once that the prices stand still, and nothing trades at them`() throws {
        let bench = try TapeBench(Self.wide)
        bench.logIn("ana", 1)
        bench.wait(seconds: 5)
        // Somebody cuts the file that is being played.
        let file = try FileHandle(forWritingTo: bench.tape)
        try file.truncate(atOffset: 70_000)
        try file.close()
        bench.wait(seconds: 60)
        let lost = bench.told.filter { $0.hasPrefix("* feed lost: the tape of the paper exchange") }
        #expect(lost.count == 1 && lost.first?.contains("was cut short") == true, "\(bench.told)")
        #expect(lost.first?.contains("damaged.csv") == false)
        #expect(bench.desk.halt == nil)
        // 65,536 bytes have the header and 21 whole rows: the last of them was played.
        #expect(bench.type("price btc_usd", 1).contains("btc_usd   220"), "\(bench.told.last ?? "")")
        #expect(bench.desk.health.isUp == false && bench.desk.health.details["tape"] == "broken")
        #expect(bench.type("buy 0.1 btc_usd at market", 1).contains("the tape is broken"), "\(bench.told.last ?? "")")
        bench.type("logout", 1)
        bench.logIn("bob", 2)
        #expect(bench.type("inbox", 2).contains("feed lost: the tape"), "\(bench.told.last ?? "")")
    }

    private static let short = """
        time,pair,price,amount,side
        2015-03-01T10:00:00Z,btc_usd,230,1,sell
        2015-03-01T10:00:01Z,btc_usd,230.5,1,buy
        2015-03-01T10:00:05Z,btc_usd,229.5,1,sell
        """

    @Test
    func `the end of a tape is told to everybody once, over restarts too, and nothing is bought at its last price`()
        throws
    {
        let bench = try TapeBench(Self.short)
        bench.logIn("ana", 1)
        bench.logIn("ana", 2, .json)
        bench.wait(seconds: 4)
        #expect(bench.desk.health.isUp && bench.desk.health.details["tape"] == "playing")
        #expect(
            bench.type("buy 0.1 btc_usd at market", 1).contains("filled: bought 0.1 btc"), "\(bench.told.last ?? "")")
        bench.wait(seconds: 10)
        let words =
            "tape ended: all 3 trades were played; prices stand still, and market orders are refused (feed_stale)"
        let ended = bench.told.filter { $0.contains(words) }
        #expect(ended.filter { $0 == "* \(words)" }.count == 1, "\(bench.told)")
        let event = try #require(ended.first { $0.hasPrefix("{") })
        #expect(
            event.contains("\"event\":\"tape_ended\",\"exchange\":\"paper\",\"trades\":3,")
                && event.contains("\"type\":\"event\",\"seq\":"),
            "\(event)")
        #expect(ended.count == 2)
        #expect(bench.desk.health.isUp == false && bench.desk.health.details["tape"] == "ended")

        func isRefused(_ line: String) -> Bool { bench.type(line, 2).contains("\"code\":\"feed_stale\"") }
        #expect(isRefused("buy 0.1 btc_usd at market") && isRefused("? buy 0.1 btc_usd at market"))
        #expect(isRefused("buy 0.1 btc_usd at last-1%") && isRefused("sell 0.1 btc_usd at bid"))
        #expect(!isRefused("buy 0.1 btc_usd at 200"))

        // Of another account it is in the inbox, and stays there.
        bench.logIn("bob", 3)
        #expect(bench.type("inbox", 3).contains("tape ended: all 3 trades"))
        try bench.restart()
        bench.logIn("ana", 4, .json)
        #expect(
            bench.type("buy 0.1 btc_usd at market", 4).contains("\"code\":\"feed_stale\""), "\(bench.told.last ?? "")")
        bench.wait(seconds: 3)
        #expect(bench.desk.health.details["tape"] == "ended")
        #expect(bench.told.filter { $0.contains(words) && !$0.contains("missed") }.count == 2, "\(bench.told)")

        // A price that is set by hand is one of now, for its pair.
        bench.logIn("bob", 5)
        #expect(
            bench.type("paper quote btc_usd 228 229", 5).contains("+ btc_usd bid 228, ask 229"),
            "\(bench.told.last ?? "")")
        #expect(
            bench.type("buy 0.1 btc_usd at market", 4).contains("\"status\":\"filled\""), "\(bench.told.last ?? "")")
    }

    @Test func `another tape under the same name plays from its beginning, and its end is told again`() throws {
        let bench = try TapeBench(Self.short)
        bench.wait(seconds: 10)
        #expect(bench.desk.health.details["tape"] == "ended")
        // The day after: with a position by name and time, it would be silent for 24 hours.
        try Data(Self.short.replacingOccurrences(of: "03-01T", with: "03-02T").utf8).write(to: bench.tape)
        try bench.restart()
        bench.logIn("ana", 1)
        #expect(bench.desk.health.isUp && bench.desk.health.details["tape"] == "playing")
        bench.wait(seconds: 10)
        #expect(bench.told.filter { $0.hasPrefix("* tape ended: all 3 trades") }.count == 1, "\(bench.told)")
        #expect(bench.desk.health.details["tape"] == "ended")
    }
}
