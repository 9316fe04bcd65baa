import Accounts
import ChatServer
import Desk
import Exchange
import Foundation
import Logging
import Testing
import Trading

@testable import OutcryTesting

/// A tape that is damaged in its middle.
@Suite struct TapeFailureTests {
    @Test func `everybody is told once that the prices stand still`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "outcry-tape-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let tape = folder.appending(path: "damaged.csv")
        let lines = [
            "time,pair,price,amount,side", "2015-03-01T10:00:00Z,btc_usd,230,1,sell",
            "2015-03-01T10:00:05Z,btc_usd,229.9,1,sell", "2015-03-01T10:00:10Z,btc_usd,22o.8,0.3,sell",
        ]
        try Data(lines.joined(separator: "\n").utf8).write(to: tape)
        let passwords = InlinePasswords()
        var now = Timestamp(seconds: 1_767_614_400)
        let desk = try DeskCore.openPaper(
            database: folder.appending(path: "desk.db").path, DeskConfiguration(),
            tapes: PaperTapes(sources: [try TapeReader(path: tape.path)]), passwords: passwords,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: now)
        let hash = try PasswordHash(hashing: Secret("a-password"), cost: InlinePasswords.cost)
        for name in ["ana", "bob"] {
            _ = try desk.addAccount(
                try #require(AccountName(name)), role: .trader, passwordHash: hash, funds: [], at: now)
        }
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
        process([.server(.lines(session, [IncomingLine(text: "login ana a-password")]))])
        for _ in 0..<60 {
            now = now.advanced(bySeconds: 1)
            process([.wake])
        }
        let lost = told.filter { $0.hasPrefix("* feed lost: the tape of the paper exchange") }
        #expect(lost.count == 1 && lost.first?.contains("(line 4: no price: 22o.8") == true, "\(told)")
        #expect(lost.first?.contains("damaged.csv") == false)
        #expect(desk.halt == nil)
        process([.server(.lines(session, [IncomingLine(text: "logout")]))])
        process([.server(.lines(session, [IncomingLine(text: "login bob a-password")]))])
        process([.server(.lines(session, [IncomingLine(text: "inbox")]))])
        #expect(told.last?.contains("feed lost: the tape") == true, "\(told.last ?? "")")
    }
}
