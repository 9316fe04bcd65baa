import Desk
import Ledger
import Testing
import Trading

@testable import SimulatedDisk
@testable import TestSupport

/// A desk's story told again and again, each time with one operation of the disk going wrong.
@Suite struct `An error at an operation of the disk` {
    /// What is tried at each operation of a kind, the power's going apart.
    static func errors(of kind: DiskOperation.Kind) -> [DiskFault.Effect] {
        switch kind {
        case .write: [.fails, .full, .cutShort]
        case .sync: [.fails, .syncForgets, .syncDiscards]
        default: [.fails]
        }
    }

    /// The operations of a kind at which something goes wrong.
    private func places(_ kind: DiskOperation.Kind, _ undisturbed: Undisturbed) -> [Int] {
        TestExtent.some(of: Array(1...max(1, undisturbed.counts[kind])), every: 14)
    }

    /// Each operation fails, one of its errors after another in turn; the few syncs with every error.
    @Test(arguments: DiskOperation.Kind.allCases)
    func `costs nothing that was said, stops the desk, and is made good by a restart`(
        kind: DiskOperation.Kind
    ) throws {
        let undisturbed = try Undisturbed()
        var stops = 0
        for number in places(kind, undisturbed) {
            let all = `An error at an operation of the disk`.errors(of: kind)
            let effects = kind == .sync ? all : [all[number % all.count]]
            for effect in effects {
                var trial = DiskTrial(DiskFault(effect, at: .nth(kind, number)), undisturbed)
                try trial.run()
                #expect(
                    trial.complaints.isEmpty,
                    "\(kind) \(number) \(effect):\n\(trial.complaints.joined(separator: "\n"))")
                if trial.stoppedAt != nil { stops += 1 }
            }
        }
        if kind.isMutation, undisturbed.counts[kind] > 2 { #expect(stops > 0) }
    }

    @Test(arguments: DiskOperation.Kind.allCases.filter(\.isMutation))
    func `is the last before the power goes, and nothing that was said is lost`(kind: DiskOperation.Kind) throws {
        let undisturbed = try Undisturbed()
        for number in places(kind, undisturbed) {
            var trial = DiskTrial(DiskFault(.powerFails, at: .nth(kind, number)), undisturbed)
            try trial.run()
            #expect(trial.complaints.isEmpty, "\(kind) \(number):\n\(trial.complaints.joined(separator: "\n"))")
        }
    }
}

/// A disk with accounts on it, and what the story comes to on it when nothing goes wrong.
struct Undisturbed {
    let base: SimulatedDisk
    let audit: DiskAudit
    /// From opening the desk to the last line, and to closing it.
    let counts: DiskCounts

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

    init(_ fault: DiskFault, _ undisturbed: Undisturbed) {
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
        var chance = SplitMix64(seed: UInt64(disk.counts.total))
        let model = Bool.random(using: &chance) ? CrashModel.worst : CrashModel()
        if Bool.random(using: &chance) || disk.isPowerless {
            // The power goes while the desk still stands there, refusing ...
            disk.crash(using: &chance, model: model)
            story = nil
        } else {
            // ... or after the operator has ended it.
            disk.faults = []
            story = nil
            disk.crash(using: &chance, model: model)
        }
        disk.faults = []
        try recover(on: disk, said)
        withExtendedLifetime(story) {}
    }

    /// A desk whose disk has failed takes nothing more, and does not try again.
    private mutating func examine(_ story: DiskStory) {
        let disk = story.disk
        guard let failed = disk.firstFault else { return }
        // A log that stays longer than it has to be harms nobody.
        let harm = [.write, .sync].contains(failed.kind)
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
    private mutating func recover(on disk: SimulatedDisk, _ said: Said) throws {
        do {
            let step = stoppedAt ?? DiskStory.steps.count
            let again = try DiskStory(on: disk, at: step, having: said)
            complaints += try DiskAudit(of: disk, having: said).faults.map { "after the restart: \($0)" }
            if let stop = again.tell(from: step) { complaints.append("it stops again at \(stop)") }
            let last = try DiskAudit(of: disk, having: again.said)
            complaints += last.faults.map { "at the end: \($0)" }
            if last.orders != undisturbed.audit.orders {
                let odd = zip(last.orders, undisturbed.audit.orders).first { $0 != $1 }
                complaints.append(
                    "at the end the orders are others: \(last.orders.count), \(odd.map { "\($0.0)\n\($0.1)" } ?? "")")
            }
            if last.funds != undisturbed.audit.funds { complaints.append("at the end the funds are others") }
            if last.fills != undisturbed.audit.fills { complaints.append("at the end the fills are others") }
        } catch {
            complaints.append("it does not open: \(error)")
        }
    }
}
