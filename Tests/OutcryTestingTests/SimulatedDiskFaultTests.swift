import Desk
import Ledger
import Testing
import Trading

@testable import OutcryTesting

/// A desk's story told again and again, each time with one operation of the disk going wrong.
@Suite struct `An error at an operation of the disk` {
    /// What is tried of an operation's kind.
    static let effects: [DiskOperation.Kind: [DiskFault.Effect]] = [
        .write: [.fails, .full, .cutShort, .powerFails],
        .sync: [.fails, .syncForgets, .syncDiscards, .powerFails],
        .truncate: [.fails, .powerFails],
        .open: [.fails, .powerFails], .delete: [.fails, .powerFails], .directorySync: [.fails, .powerFails],
        .access: [.fails], .read: [.fails], .fileSize: [.fails], .lock: [.fails], .sharedMemoryMap: [.fails],
        .sharedMemoryLock: [.fails],
    ]

    @Test(arguments: DiskOperation.Kind.allCases)
    func `costs nothing that was said, stops the desk, and is made good by a restart`(
        kind: DiskOperation.Kind
    ) throws {
        let undisturbed = try Undisturbed.story.get()
        let effects = try #require(`An error at an operation of the disk`.effects[kind])
        var stops = 0
        for number in 1...max(1, undisturbed.counts[kind]) {
            for effect in effects {
                var trial = try DiskTrial(DiskFault(effect, at: .nth(kind, number)), undisturbed)
                try trial.run()
                #expect(
                    trial.complaints.isEmpty, "\(kind) \(number) \(effect): \(trial.complaints.joined(separator: "\n"))"
                )
                if trial.stoppedAt != nil { stops += 1 }
            }
        }
        // Every kind can keep a desk from opening, if nothing else.
        #expect(stops > 0)
    }
}

/// A disk with accounts on it, and what the story comes to on it when nothing goes wrong.
struct Undisturbed {
    let base: SimulatedDisk
    let audit: DiskAudit
    /// From opening the desk to the last line, and to closing it.
    let counts: DiskCounts

    static var story: Result<Undisturbed, any Error> { Result { try Undisturbed() } }

    init() throws {
        base = SimulatedDisk(seed: 1)
        try DiskStory.withAccounts(on: base)
        let disk = base.copy(seed: 1)
        var story: DiskStory? = try DiskStory(on: disk)
        #expect(story?.tell() == nil)
        let said = try #require(story?.said)
        story = nil
        counts = disk.counts
        audit = try DiskAudit(of: disk, having: said)
        // The story is worth telling: things happen in it.
        #expect(audit.faults.isEmpty, "\(audit.faults)")
        #expect(said.notices.values.map(\.count).reduce(0, +) > 20)
        #expect(audit.fills.count >= 5)
        #expect(audit.orders.count { $0.status == .expired } == 1)
        #expect(counts[.truncate] > 0 && counts[.sync] > 20)
    }
}

/// The story with one fault, what the desk does then, and what the database holds afterwards.
struct DiskTrial {
    let fault: DiskFault
    let undisturbed: Undisturbed
    private(set) var complaints: [String] = []
    /// The step at which the desk stopped; 0 also where it did not open.
    private(set) var stoppedAt: Int?

    init(_ fault: DiskFault, _ undisturbed: Undisturbed) throws {
        self.fault = fault
        self.undisturbed = undisturbed
    }

    mutating func run() throws {
        let disk = undisturbed.base.copy(seed: 1)
        disk.isLogging = true
        disk.faults = [fault]
        var said = Said()
        var story: DiskStory?
        do {
            let opened = try DiskStory(on: disk)
            story = opened
            stoppedAt = opened.tell()
            said = opened.said
            examine(opened)
        } catch let error as LedgerError {
            stoppedAt = 0
            if case .corrupt = error { complaints.append("opening says \(error)") }
        } catch let error as DeskError {
            stoppedAt = 0
            if !"\(error)".contains("disk") { complaints.append("opening says \(error)") }
        }
        // The power may go while the desk still stands there, refusing ...
        var chance = DiskChance(seed: UInt64(disk.counts.total))
        let dropped = disk.copy(seed: 2)
        dropped.crash(using: &chance, model: .worst)
        try recover(on: dropped, said, after: "a crash")
        // ... or after the operator has ended it.
        disk.faults = []
        story = nil
        disk.crash(using: &chance)
        try recover(on: disk, said, after: "its end")
        withExtendedLifetime(story) {}
    }

    /// A desk whose disk has failed takes nothing more, and does not try again.
    private mutating func examine(_ story: DiskStory) {
        let disk = story.disk
        guard let failed = disk.firstFault else { return }
        let harm = [.write, .sync, .truncate].contains(failed.kind)
        guard stoppedAt != nil || harm else { return }
        let answer = story.answerToOneMore()
        if answer != .ledgerFailed {
            complaints.append("after \(failed) the desk still answers \(answer.map { "\($0)" } ?? "+")")
        }
        let later = disk.log.filter { $0.number > failed.number && ($0.kind == .write || $0.kind == .sync) }
        if failed.kind == .sync, let again = later.first(where: { $0.kind == .sync }) {
            complaints.append("after \(failed) it synced again: \(again)")
        }
        if stoppedAt != nil, case .ledgerFailed? = story.desk.halt {
        } else if stoppedAt != nil {
            complaints.append("it stopped as \(String(describing: story.desk.halt))")
        }
    }

    /// What was said is there; and told from where it stopped, under the same tags, the story ends as ever.
    private mutating func recover(on disk: SimulatedDisk, _ said: Said, after end: String) throws {
        do {
            let step = stoppedAt ?? DiskStory.steps.count
            let again = try DiskStory(on: disk, at: step, having: said)
            complaints += try DiskAudit(of: disk, having: said).faults.map { "after \(end): \($0)" }
            if let stop = again.tell(from: step) { complaints.append("after \(end) it stops again at \(stop)") }
            let last = try DiskAudit(of: disk, having: again.said)
            complaints += last.faults.map { "after \(end) and the rest: \($0)" }
            if last.orders != undisturbed.audit.orders {
                let odd = zip(last.orders, undisturbed.audit.orders).first { $0 != $1 }
                complaints.append(
                    "after \(end) the orders are others: \(last.orders.count), \(odd.map { "\($0.0)\n\($0.1)" } ?? "")")
            }
            if last.funds != undisturbed.audit.funds { complaints.append("after \(end) the funds are others") }
            if last.fills != undisturbed.audit.fills { complaints.append("after \(end) the fills are others") }
        } catch {
            complaints.append("after \(end) it does not open: \(error)")
        }
    }
}

@Test func `one disk fault only`() throws {
    let undisturbed = try Undisturbed()
    print(undisturbed.counts)
    var trial = try DiskTrial(DiskFault(.powerFails, at: .nth(.sync, 14)), undisturbed)
    try trial.run()
    print(trial.stoppedAt ?? -1, trial.complaints.joined(separator: "\n"))
}
