import Desk
import Ledger
import SimulatedDisk
import Trading
import Transcripts

/// Going down and coming back.
extension Simulation {
    /// The power goes: what was not synced is kept or not as the disk has it.
    func crash(_ place: String) throws {
        var losses = CrashLosses()
        noteStatuses("crash \(place)")
        // What the process logged of the disk it died of, nobody reads.
        _ = server.log.takeLines()
        server.letGo()
        for wire in wires { wire.disconnect() }
        losses = server.disk.crash(using: &chance, model: plan.crashModel)
        trace.add(
            "# crash \(place); of \(losses.unsynced) unsynced \(losses.survived) survived, \(losses.torn) torn",
            at: clock)
        DiskTrouble.end(on: server.disk)
        loseProcess()
        queue.add(.serverStarts, at: later(1...plan.downMilliseconds))
    }

    /// The process ends without the machine, whose cache lives on: killed, or by its own hand, when it closes its files.
    private func end(closing isClosing: Bool) {
        if isClosing { server.letGo() }
        server.disk.killProcess()
        server.letGo()
        for wire in wires { wire.disconnect() }
        trace.add(isClosing ? "# closed" : "# killed", at: clock)
        DiskTrouble.end(on: server.disk)
        loseProcess()
        queue.add(.serverStarts, at: later(1...plan.downMilliseconds))
    }

    private func loseProcess() {
        life += 1
        inbox.removeAll()
        isTurnDue = false
        wakeAt = nil
        isStopping = false
        stopBy = nil
        for trader in traders {
            for connection in trader.connections { trader.lost(connection.id) }
            trader.startedProcesses += 1
        }
    }

    /// A desk that takes nothing more is ended by the operator, with the machine or without it.
    func endHaltedProcess() throws {
        switch chance.below(3) {
        case 0: try crash("of a halted desk")
        case 1: end(closing: false)
        default: end(closing: true)
        }
    }

    // MARK: A clean stop

    func stopCleanly() {
        isStopping = true
        trace.add("# stop", at: clock)
        put(.stop)
    }

    func endStoppedProcess() {
        if let desk = server.desk { try? desk.keepSnapshotNow() }
        coverage.reached(.cleanStop)
        end(closing: true)
    }

    // MARK: Starting

    func startServer() throws {
        guard !server.isUp else { return }
        let isTroubled = areFaultsOn && chance.permille(plan.openingPermille)
        if isTroubled {
            let operation = server.disk.counts.total + chance.within(1...300)
            server.disk.faults = [DiskFault(.powerFails, at: .operation(operation))]
        }
        trace.add("# start", at: clock)
        do {
            try server.start(at: connectedSeats(), clock)
        } catch {
            guard isTroubled, server.disk.isPowerless else { throw Violation(.opens, "\(error)") }
            coverage.reached(.crashWhileOpening)
            return try crash("while opening")
        }
        // It may go at an operation whose failure SQLite does not speak of: giving back a lock, the last of the opening.
        if server.disk.isPowerless {
            coverage.reached(.crashWhileOpening)
            return try crash("while opening")
        }
        DiskTrouble.end(on: server.disk)
        watch.startedAt = clock
        watch.lastBeforeHalt = nil
        try afterStart()
        requestTurn()
        expectWires()
    }

    private func afterStart() throws {
        guard let ledger = server.ledger else { return }
        let before = observer.last
        collectPaperPrints()
        for trader in traders { trader.missed.settle(upTo: try ledger.notificationHead(trader.account)) }
        let observations = try observer.readAgain(ledger)
        if watch.recordsBeforeCrash != nil, observer.last > before, watch.wasInsideCommit {
            coverage.reached(.crashInsideCommit)
        }
        try look(at: observations)
        watch.hasTradesLeft = server.desk?.hasTradesLeft == true
        // Over the wire nobody outside knows which of them a process was told before it died.
        for seat in seats where seat.wire != nil { seat.notePrintsBeforeTurn() }
        try checkLog()
        try checkPromises()
        try checkFunds()
    }
}
