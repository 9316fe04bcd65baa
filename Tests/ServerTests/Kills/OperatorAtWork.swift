import Foundation
import Glibc
import Trading

/// The operator's command line beside a desk that is being killed: backups, new people with money, tables made again. Some of
/// these are killed too.
final class OperatorAtWork {
    private struct Backup {
        let run: ProgramRun
        let path: String
        /// When to kill it, if at all.
        let killAt: Int?
        var isKilled = false
        /// What had been told when it was begun has to be in it.
        let heads: [String: Int]
    }

    private struct Newcomer {
        let name: String
        let usd: ExactDecimal
        var run: ProgramRun?
        let killAt: Int?
    }

    private var lives = 0
    private var deaths = 0
    private var backup: Backup?
    private var newcomer: Newcomer?
    private var backupMilliseconds = 150
    private var backupsMade = 0
    private var hired = 0
    /// The last backup that was made under load, for the desk that is started from it.
    private(set) var lastBackup: String?

    private static let livesPerBackup = 3
    private static let livesPerNewcomer = 11
    private static let deathsPerRebuild = 13

    // MARK: While it runs

    /// Begins something beside the trading.
    func begin(_ kill: KillDesk) {
        lives += 1
        if lives % OperatorAtWork.livesPerBackup == 1, backup == nil { beginBackup(kill) }
        if lives % OperatorAtWork.livesPerNewcomer == 4, newcomer == nil { beginNewcomer(kill) }
    }

    private func beginBackup(_ kill: KillDesk) {
        backupsMade += 1
        let path = kill.desk.folder.appendingPathComponent("backup-\(backupsMade).db").path
        let heads = Dictionary(uniqueKeysWithValues: kill.players.map { ($0.name, $0.book.notifications.count) })
        let killAfter = Int.random(in: 0...backupMilliseconds, using: &kill.chance)
        let isToDie = Bool.random(using: &kill.chance)
        guard
            let run = try? ProgramRun(["backup", path, "--database", kill.desk.database], in: kill.desk.folder)
        else { return }
        backup = Backup(
            run: run, path: path, killAt: isToDie ? Moment.milliseconds + killAfter : nil, heads: heads)
    }

    private func beginNewcomer(_ kill: KillDesk) {
        hired += 1
        let usd = ExactDecimal(units: Int128.random(in: 1...900_000_000, using: &kill.chance) * 10_000_000_000)
        let isToDie = Bool.random(using: &kill.chance)
        let killAfter = Int.random(in: 0...400, using: &kill.chance)
        var one = Newcomer(
            name: "new-\(hired)", usd: usd, run: nil, killAt: isToDie ? Moment.milliseconds + killAfter : nil)
        one.run = try? ProgramRun(
            ["user", "add", one.name, "--funds", "\(usd) usd", "--database", kill.desk.database],
            input: DeskUnderTest.password + "\n", in: kill.desk.folder)
        newcomer = one
    }

    /// Kills what is to be killed by now.
    func tick() {
        let now = Moment.milliseconds
        if let killAt = backup?.killAt, now >= killAt { killBackup() }
        if let killAt = newcomer?.killAt, now >= killAt { newcomer?.run?.send(signal: SIGKILL) }
    }

    private func killBackup() {
        backup?.run.send(signal: SIGKILL)
        backup?.isKilled = true
    }

    // MARK: While it is down

    func visitWhileDown(_ kill: KillDesk) throws {
        deaths += 1
        tick()
        try finishBackup(kill)
        if let run = newcomer?.run {
            if newcomer?.killAt != nil { run.send(signal: SIGKILL) }
            try run.ending()
            newcomer?.run = nil
        }
        guard deaths % OperatorAtWork.deathsPerRebuild == 0 else { return }
        try DatabaseCopy(of: kill.desk.database).expectIntegrity()
        try DatabaseCopy(of: kill.desk.database).expectSameWhenRebuilt()
        kill.tally.rebuilds += 1
    }

    /// Whole, or not there.
    private func finishBackup(_ kill: KillDesk) throws {
        guard var done = backup else { return }
        backup = nil
        if done.killAt != nil, !done.isKilled {
            done.run.send(signal: SIGKILL)
            done.isKilled = true
        }
        let ending = try done.run.ending()
        let isThere = FileManager.default.fileExists(atPath: done.path)
        guard isThere else {
            guard done.isKilled else { throw Contradiction("backup: \(ending), \(done.run.logged)") }
            kill.tally.backupsCut += 1
            // The next goes to the same place, over what this one has left there.
            backupsMade -= 1
            return
        }
        kill.tally.backupsWhole += 1
        let copy = try DatabaseCopy(of: done.path)
        try copy.expectIntegrity()
        for player in kill.players {
            let (kept, told) = (try copy.notifications(of: player.name), player.book.notifications)
            let count = min(kept.count, told.count)
            guard kept.count >= done.heads[player.name] ?? 0, kept.prefix(count) == told.prefix(count) else {
                throw Contradiction(
                    "the backup \(done.path) has \(kept.count) notifications of \(player.name), and not those told")
            }
        }
        if let lastBackup { try? FileManager.default.removeItem(atPath: lastBackup) }
        lastBackup = done.path
    }

    // MARK: When it runs again

    /// Who was added has the money once, whatever was killed meanwhile, and whoever had to be added again.
    func visitWhileUp(_ kill: KillDesk) throws {
        guard let one = newcomer, one.run == nil else { return }
        newcomer = nil
        let again = try ProgramRun(
            ["user", "add", one.name, "--funds", "\(one.usd) usd", "--database", kill.desk.database],
            input: DeskUnderTest.password + "\n", in: kill.desk.folder)
        let ending = try again.ending()
        guard ending == .exit(0) || again.logged.contains(one.name) else {
            throw Contradiction("user add \(one.name): \(ending), \(again.logged)")
        }
        if one.killAt == nil, ending == .exit(0) { throw Contradiction("\(one.name) was added, and was not there") }
        let player = Player(name: one.name, token: "", story: kill.story)
        let session = try KillSession(player, .json, port: kill.desk.port, isLoggedIn: false)
        try session.ask("login \(one.name) \(DeskUnderTest.password)")
        let funds = try session.ask("funds")?.objects("funds") ?? []
        guard funds.count == 1, try funds[0].money("total") == one.usd, try funds[0].money("free") == one.usd else {
            throw Contradiction("\(one.name) was given \(one.usd) usd, and has \(funds)")
        }
        kill.tally.deposits += 1
    }

    // MARK: At the end

    /// A desk started on the last backup knows what had been told by then, in the same words.
    func startFromBackup(_ kill: KillDesk) throws {
        guard let lastBackup else { return }
        let other = try DeskUnderTest()
        try FileManager.default.copyItem(atPath: lastBackup, toPath: other.database)
        let kept = try DatabaseCopy(of: lastBackup)
        try other.start()
        for player in kill.traders {
            let count = try kept.notifications(of: player.name).count
            let reader = Player(name: player.name, token: player.token, story: kill.story)
            let session = try KillSession(reader, .json, port: other.port)
            try session.resume()
            guard reader.book.notifications.prefix(count) == player.book.notifications.prefix(count) else {
                throw Contradiction("\(player.name) is told other things by a desk that is started from the backup")
            }
            for fund in try session.ask("funds")?.objects("funds") ?? [] {
                guard let coin = fund.text("coin"), try fund.money("in_orders") == reader.book.inOrders(coin) else {
                    throw Contradiction("\(player.name), from the backup: \(fund)")
                }
            }
        }
        guard try other.stop() == .exit(0) else { throw Contradiction("the desk from the backup does not stop") }
    }
}
