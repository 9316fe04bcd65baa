import Accounts
import Conversation
import Desk
import Exchange
import Foundation
import Logging
import Secrets
import Testing
import Trading

@testable import Transcripts

/// The time jumps: the machine's clock was set forward, or the machine slept.
@Suite struct TimeJumpTests {
    /// A minute between two prints of the tape; an order expires before the print that would fill it, another is filled by a print
    /// before it expires. So it has to come out when all of it is due at once, with prints by the hundred between.
    @Test(arguments: [1, 3_000]) func `what is due is done once, in the order of its times`(printsAMinute: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "outcry-jump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let tape = folder.appending(path: "tape.csv")
        var lines = ["time,pair,price,amount,side"]
        for minute in 0..<60 {
            for number in 0..<printsAMinute where minute < 3 || number == 0 {
                let price = minute == 20 && number == 0 ? "200" : "230"
                let second = number * 60 / printsAMinute
                lines.append(
                    "2015-03-01T10:\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second)Z,btc_usd,\(price),1,sell"
                )
            }
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: tape)
        let passwords = InlinePasswords()
        var now = Timestamp(seconds: 1_767_614_400)
        let desk = try DeskCore.openPaper(
            database: folder.appending(path: "desk.db").path, DeskConfiguration(),
            tapes: PaperTapes(sources: [try TapeReader(path: tape.path)]), passwords: passwords,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: now)
        let hash = try PasswordHash(hashing: Secret("a-password"), cost: InlinePasswords.cost)
        _ = try desk.addAccount(
            try #require(AccountName("ana")), role: .trader, passwordHash: hash, funds: [(1_000, "usd")], at: now)
        let session = SessionID(rawValue: 1)
        _ = desk.process([.server(.opened(session, Peer(address: "127.0.0.1", format: .text)))], at: now)
        var told: [String] = []
        func process(_ inputs: [DeskInput]) {
            var inputs = inputs
            repeat {
                for case .send(session, let message) in desk.process(inputs, at: now) {
                    told.append(String(decoding: message.payload(as: .text) ?? [], as: UTF8.self))
                }
                inputs = passwords.takeAnswers()
            } while !inputs.isEmpty
        }
        for line in [
            "login ana a-password", "buy 0.1 btc_usd at 210 for 10m", "buy 0.1 btc_usd at 210 for 50m",
            "buy 0.1 btc_usd at 100 for 55m", "buy 0.1 btc_usd at 100 for 2h",
        ] {
            process([.server(.lines(session, [IncomingLine(text: line)]))])
        }
        told.removeAll()
        now = now.advanced(bySeconds: 3_600)
        for _ in 0..<100 { process([.wake]) }
        let ends = told.filter { $0.hasPrefix("* #") }.map { $0.split(separator: ":")[0] }
        #expect(ends == ["* #1 expired", "* #2 filled", "* #3 expired"], "\(told)")
    }
}
