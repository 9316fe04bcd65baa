import Foundation
import Glibc
import Trading

/// One desk that is killed again and again, with all who trade on it. Belongs to one thread.
final class KillDesk {
    let desk: DeskUnderTest
    let story = Story()
    let boss: Player
    let traders: [Player]
    var chance: SplitMix64
    var tally = KillTally()
    /// Sessions of the server that runs now.
    private var sessions: [KillSession] = []
    private let hasTape: Bool
    private var market = Typist.middle * 1_000
    private var bossLines = 0
    private var lastKill = 0
    private var startMilliseconds = 300
    /// Replies of the running server to what is not trading.
    private var repliesBefore = 0
    /// When the running server was started: what was due by then must have been told.
    private(set) var startedAt = ""
    private let operatorAtWork = OperatorAtWork()

    static let fundsEach: [(coin: String, amount: ExactDecimal)] = [("usd", 1_000_000), ("btc", 2_000)]

    var players: [Player] { [boss] + traders }

    init(seed: UInt64, hasTape: Bool) throws {
        chance = SplitMix64(seed: seed)
        self.hasTape = hasTape
        desk = try DeskUnderTest()
        let desk = desk
        try desk.add("boss", role: "admin")
        let funds = KillDesk.fundsEach.map { "\($0.amount) \($0.coin)" }.joined(separator: ", ")
        for name in ["ann", "ben"] { try desk.add(name, funds: funds) }
        try desk.start()
        let story = story
        func player(_ name: String) throws -> Player {
            Player(name: name, token: try desk.token(of: desk.logIn(name)), story: story)
        }
        boss = try player("boss")
        traders = try ["ann", "ben"].map(player)
        for trader in traders {
            for (coin, amount) in KillDesk.fundsEach { trader.book.deposits[coin] = amount }
        }
        try desk.stop()
    }

    // MARK: Lives

    /// Starts the server and kills it, until that was done so often.
    func run(kills: Int, until isOver: () -> Bool = { false }) throws {
        while tally.kills < kills, !isOver() {
            try startAtLast(kills)
            try checkAll()
            guard tally.kills < kills else { break }
            try trade()
            try die()
        }
        // The end is a good one, and then everything is looked at once more.
        if desk.server == nil { try start() }
        try checkAll()
        guard try desk.stop() == .exit(0) else { throw Contradiction("the server does not stop when asked to") }
        try operatorAtWork.visitWhileDown(self)
        try DatabaseCopy(of: desk.database).expectIntegrity()
        try DatabaseCopy(of: desk.database).expectSameWhenRebuilt()
        tally.rebuilds += 1
        try operatorAtWork.startFromBackup(self)
    }

    /// What went wrong, with what led to it; the database stays for whoever looks.
    func report(_ error: any Error) -> String {
        _ = try? desk.stop(SIGKILL)
        let kept = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-kills-\(UUID().uuidString)")
        try? FileManager.default.copyItem(at: desk.folder, to: kept)
        return """
            kill \(tally.kills): \(error)
              the database: \(kept.path)
              the last that was said:
            \(players.map { story.end(of: $0.name) }.joined(separator: "\n\n"))
              the server's log:
            \(desk.oldLogs.suffix(2_000))
            """
    }

    /// What the server is started with: snapshots and copies of the log come often, or seldom, or never.
    private func options() -> [String] {
        let snapshot = [3, 20, 100_000].randomElement(using: &chance) ?? 3
        let checkpoint = [2, 20, 1_000].randomElement(using: &chance) ?? 2
        let tape = hasTape ? ["--tape", "synthetic", "--speed", "60", "--loop"] : []
        return DeskUnderTest.unhurried + tape
            + [
                "answer_rows=100000", "outgoing_bytes=10000000", "snapshot_records=\(snapshot)",
                "checkpoint_pages=\(checkpoint)",
            ].flatMap { ["--limit", $0] }
    }

    /// Starts the server, and now and then kills it before it is ready; sometimes again at once.
    private func startAtLast(_ killsMax: Int) throws {
        while tally.kills < killsMax - 1, Int.random(in: 0..<10, using: &chance) < 3 {
            let microseconds = Int.random(in: 0...startMilliseconds * 1_100, using: &chance)
            let logged = desk.oldLogs.count
            try desk.launch(options())
            usleep(UInt32(microseconds))
            try countKill { try desk.stop(SIGKILL) }
            let isReady = desk.oldLogs.dropFirst(logged).contains("listens on")
            if isReady { tally.rightAfterStart += 1 } else { tally.whileStarting += 1 }
            story.note("server", "killed \(microseconds / 1_000) ms after its start")
            try operatorAtWork.visitWhileDown(self)
        }
        try start()
    }

    private func start() throws {
        startedAt = Moment.now
        let begin = Moment.milliseconds
        try desk.start(options())
        startMilliseconds = Moment.milliseconds - begin
        tally.startMilliseconds.append(startMilliseconds)
        story.note("server", "listens, life \(tally.kills + 1)")
    }

    private func countKill(_ kill: () throws -> Void) throws {
        try kill()
        let now = Moment.milliseconds
        if now - lastKill < 1_000 { tally.withinASecond += 1 }
        lastKill = now
        tally.kills += 1
        let left = try DiskState(database: desk.database)
        if left.isInsideCheckpoint { tally.insideCheckpoint += 1 }
        if left.isInsideCommit { tally.insideCommit += 1 }
    }

    private func die() throws {
        try countKill { try desk.stop(SIGKILL) }
        story.note("server", "killed")
        // Of some sessions all that was on its way is lost, as where the network goes with the server.
        for session in sessions where Int.random(in: 0..<4, using: &chance) > 0 { try session.readLast() }
        if sessions.reduce(-repliesBefore, { $0 + $1.replyCount }) == 0 {
            tally.beforeAnyReply += 1
        } else {
            tally.betweenReplies += 1
        }
        tally.unansweredLines += players.reduce(0) { $0 + $1.unanswered.count }
        try operatorAtWork.visitWhileDown(self)
    }

    // MARK: Trading

    /// Everybody types until the moment that chance has set for this life.
    private func trade() throws {
        for player in players {
            sessions.append(try KillSession(player, .json, port: desk.port))
            if player !== boss {
                let text = try KillSession(player, .text, port: desk.port)
                sessions.append(text)
                try text.takeBearings()
            }
        }
        operatorAtWork.begin(self)
        let window = Int.random(in: 1...10, using: &chance)
        // Now and then nothing is read at all before the end.
        let enough = Int.random(in: 0..<6, using: &chance) == 0 ? 0 : Int.random(in: 1...140, using: &chance)
        repliesBefore = sessions.reduce(0) { $0 + $1.replyCount }
        let giveUp = Moment.milliseconds + patienceSeconds * 1_000
        try typeMore(window)
        while sessions.reduce(-repliesBefore, { $0 + $1.replyCount }) < enough {
            guard Moment.milliseconds < giveUp, Wire.wait(for: sessions.map(\.wire), milliseconds: 10_000) else {
                throw Contradiction("nobody is answered any more")
            }
            for session in sessions {
                try session.read()
                if session.wire.isOver { throw Contradiction("a session of \(session.player.name) was closed") }
            }
            operatorAtWork.tick()
            try typeMore(window)
        }
        usleep(UInt32(Int.random(in: 0...3_000, using: &chance)))
    }

    private func typeMore(_ window: Int) throws {
        for session in sessions {
            let room = session.player === boss ? 2 : window
            while session.waiting.count < room {
                let line = session.player === boss ? bossLine() : session.player.nextLine(&chance)
                try session.type(line)
                guard Int.random(in: 0..<15, using: &chance) == 0 else { continue }
                // The same again, before the first is answered, perhaps on another session.
                let others = sessions.filter { $0.player === session.player }
                try (others.randomElement(using: &chance) ?? session).type(line)
                tally.repeatedLines += 1
            }
        }
    }

    /// The admin moves the market, and now and then gives money away.
    private func bossLine() -> TypedLine {
        bossLines += 1
        let tag = "boss-\(bossLines)"
        let line: TypedLine
        if Int.random(in: 0..<12, using: &chance) == 0, let trader = traders.randomElement(using: &chance) {
            let coin = ["usd", "btc"].randomElement(using: &chance) ?? "usd"
            let amount = ExactDecimal(units: Int128.random(in: 1...5_000_000, using: &chance) * 10_000_000_000)
            line = TypedLine(
                tag: tag, line: "paper deposit \(trader.name) \(amount) \(coin)",
                kind: .deposit(trader.name, amount, coin: coin))
        } else {
            let home = Typist.middle * 1_000
            market += Int.random(in: -1_500...1_500, using: &chance) + (home - market) / 8
            let price = "\(market / 1_000).\(String(market % 1_000 + 1_000).dropFirst())"
            let words =
                Int.random(in: 0..<5, using: &chance) == 0
                ? "quote btc_usd \(price) \(price)"
                : "trade btc_usd \(price) 0.0\(Int.random(in: 10...99, using: &chance))"
            line = TypedLine(tag: tag, line: "paper \(words)", kind: .other)
        }
        boss.keep(line)
        return line
    }

    // MARK: Checks

    /// Each account alone with one session, so that what it reads is in the order in which it was decided.
    private func checkAll() throws {
        let texts = sessions.filter { $0.format == .text }
        sessions = try players.map { try KillSession($0, .json, port: desk.port) }
        for session in sessions { try session.resume() }
        for text in texts { try text.expectPushedInOrder() }
        // The admin first: what was given, and not told, is known before money is counted.
        for session in sessions {
            try KillCheck(session, self).repeatLost()
            if session.player === boss { settleDeposits() }
        }
        for session in sessions where session.player !== boss { try KillCheck(session, self).checkState() }
        tally.notifications = players.reduce(0) { $0 + $1.book.notifications.count }
        tally.fills = players.reduce(0) { $0 + $1.book.fillCount }
        try operatorAtWork.visitWhileUp(self)
    }

    private func settleDeposits() {
        for line in boss.typed where line.isDone && !line.isChecked {
            line.isChecked = true
            tally.doneLines += 1
            guard case .deposit(let name, let amount, let coin) = line.kind else { continue }
            traders.first { $0.name == name }?.book.deposits[coin, default: .zero] += amount
            tally.deposits += 1
        }
    }
}

/// The machine's clock as the server writes times, and for what lies between two moments.
enum Moment {
    static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)).description
    }

    static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}
