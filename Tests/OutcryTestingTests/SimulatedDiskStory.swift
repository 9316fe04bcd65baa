import Accounts
import Conversation
import Desk
import Exchange
import Ledger
import Logging
import OrderEngine
import Secrets
import Testing
import Trading

@testable import SimulatedDisk
@testable import Transcripts

/// What a desk has said. All of it must be in the database, whatever happens to the disk.
struct Said {
    struct Reply: Equatable {
        let text: String
        let json: String
    }

    /// By account and tag.
    var replies: [AccountID: [String: Reply]] = [:]
    /// By account and number: as JSON.
    var notices: [AccountID: [UInt64: String]] = [:]
}

/// A desk on a simulated disk, and traders with a fixed story to tell it: every kind of order, fills, cancels, an expiry, refusals,
/// repeated lines, settings, snapshots, checkpoints.
final class DiskStory {
    enum Trader: String, CaseIterable {
        case boss, ann, bob

        var account: AccountID { AccountID(Int64(DiskStory.Trader.allCases.firstIndex(of: self) ?? 0) + 1) }

    }

    /// What comes at one moment and is written in one transaction.
    struct Step {
        /// Since the step before.
        var seconds: Int64 = 1
        var lines: [(Trader, String)] = []
    }

    static let steps: [Step] = [
        Step(lines: [(.boss, "paper quote btc_usd 230 230.2"), (.ann, "buy 0.5 btc_usd at 229"), (.bob, "buy lots")]),
        Step(lines: [(.boss, "paper trade btc_usd 229 0.2 sell"), (.ann, "pair buy 0.1 btc_usd at 229.5 then 235")]),
        Step(lines: [(.bob, "stop sell 0.2 btc_usd at 225"), (.ann, "slice buy 0.4 btc_usd 200..203 x4")]),
        Step(lines: [(.ann, "cancel 1"), (.ann, "cancel 1"), (.ann, "buy 0.1 btc_usd at 210 for 10s")]),
        Step(seconds: 30),
        Step(lines: [(.boss, "paper trade btc_usd 224 3 sell"), (.ann, "inbox")]),
        Step(lines: [(.boss, "paper quote btc_usd 240 240.2"), (.bob, "slice sell 1 btc_usd 250..260 x5")]),
        Step(lines: [(.ann, "cancel sliced"), (.bob, "sell 0.1 btc_usd at 239.9"), (.boss, "paper deposit ann 5 usd")]),
        Step(lines: [(.bob, "cancel all"), (.ann, "set timezone Europe/Berlin"), (.ann, "buy 0.1 btc_usd at 241")]),
        Step(lines: [(.ann, "buy 0.1 btc_usd at 205"), (.bob, "sell 0.1 btc_usd at 260")]),
        Step(lines: [(.bob, "cancel all"), (.ann, "alias b = buy")]),
        Step(lines: [(.ann, "buy 0.1 btc_usd at 204"), (.bob, "set timezone Europe/Madrid")]),
    ]

    static let path = "/var/lib/outcry/desk.db"
    private static let start = Timestamp(nanoseconds: 1_767_225_600_000_000_000)

    let disk: SimulatedDisk
    let desk: DeskCore
    private(set) var said: Said
    private let passwords = InlinePasswords()
    private var now: Timestamp

    /// Small enough that everything happens: a checkpoint, the log from its beginning again, its truncation, snapshots.
    static func options(_ disk: SimulatedDisk, _ use: LedgerOptions.Use = .serve) -> LedgerOptions {
        LedgerOptions(use: use, checkpointPages: 25, logBytesKept: 60_000, vfs: disk.name)
    }

    /// Opens the desk as it is at a step, and logs everybody in.
    init(on disk: SimulatedDisk, at step: Int = 0, having said: Said = Said()) throws {
        self.disk = disk
        self.said = said
        now = DiskStory.moment(of: step)
        var configuration = DeskConfiguration()
        configuration.limits.snapshotRecords = 15
        desk = try DeskCore.openPaper(
            database: DiskStory.path, configuration, ledger: DiskStory.options(disk), passwords: passwords,
            log: Logger(label: "disk") { _ in SwiftLogNoOpLogHandler() }, now: now)
    }

    /// A disk on which everybody has an account, and nothing else has happened.
    static func withAccounts(on disk: SimulatedDisk) throws {
        let story = try DiskStory(on: disk)
        for trader in Trader.allCases {
            let hash = try PasswordHash(hashing: Secret("\(trader)-password"), cost: InlinePasswords.cost)
            let id = try story.desk.addAccount(
                #require(AccountName(trader.rawValue)), role: trader == .boss ? .admin : .trader, passwordHash: hash,
                funds: [(1_000, "usd"), (2, "btc")], at: story.now)
            #expect(id == trader.account)
        }
    }

    static func moment(of step: Int) -> Timestamp {
        start.advanced(bySeconds: 10 + steps[..<min(step + 1, steps.count)].reduce(0) { $0 + $1.seconds })
    }

    // MARK: Telling it

    /// Tells the story from a step on; the step at which the ledger failed, nil where it did not.
    func tell(from first: Int = 0) -> Int? {
        for trader in Trader.allCases { logIn(trader) }
        for index in first..<DiskStory.steps.count {
            now = DiskStory.moment(of: index)
            let step = DiskStory.steps[index]
            var inputs: [DeskInput] = [.wake]
            for (place, (trader, text)) in step.lines.enumerated() {
                let line = IncomingLine(tag: "s\(index)-\(place)", text: text)
                inputs.append(.server(.lines(trader.session, [line])))
            }
            process(inputs)
            if desk.halt != nil { return index }
        }
        return nil
    }

    private func logIn(_ trader: Trader) {
        let peer = Peer(address: "127.0.0.1", format: trader == .ann ? .json : .text)
        let line = IncomingLine(text: "login \(trader) \(trader)-password")
        process([.server(.opened(trader.session, peer)), .server(.lines(trader.session, [line]))])
    }

    private func process(_ first: [DeskInput]) {
        var inputs = first
        while !inputs.isEmpty {
            for output in desk.process(inputs, at: now) {
                if case .send(let session, let message) = output { hear(message, session) }
            }
            inputs = passwords.takeAnswers()
        }
    }

    private func hear(_ message: OutgoingMessage, _ session: SessionID) {
        let account = AccountID(Int64(session.rawValue))
        let text = String(decoding: message.payload(as: .text) ?? [], as: UTF8.self)
        let json = String(decoding: message.payload(as: .json) ?? [], as: UTF8.self)
        switch message {
        case .reply(let reply):
            // A question is answered anew whenever it comes: nothing of it is kept.
            guard let tag = reply.tag, reply.verb != "inbox", reply.error?.code != .ledgerFailed else { return }
            said.replies[account, default: [:]][tag] = Said.Reply(text: text, json: json)
        case .written, .notice:
            guard case .object(let fields)? = try? JSONReader.read(json), case .int(let seq)? = fields["seq"] else {
                return
            }
            said.notices[account, default: [:]][UInt64(seq)] = json
        case .writtenReply, .noReply: break
        }
    }

    /// What the desk answers when it is asked once more.
    func answerToOneMore() -> RefusalCode? {
        let line = IncomingLine(tag: "one-more", text: "orders")
        for output in desk.process([.server(.lines(Trader.bob.session, [line]))], at: now) {
            if case .send(_, .reply(let reply)) = output, let error = reply.error { return error.code }
        }
        return nil
    }
}

extension DiskStory.Trader {
    var session: SessionID { SessionID(rawValue: UInt64(account.rawValue)) }
}
