import Conversation
import Exchange
import Ledger
import Trading

extension DeskCore {
    /// What `GET /health` says.
    var health: HealthReport {
        let state: JSONValue =
            switch halt {
            case nil: .string(configuration.readOnly?.state ?? "up")
            case .stopping: "stopping"
            case .ledgerFailed: "ledger failed"
            }
        let tape = paperSeat?.tape
        var details: JSONObject = [
            "state": state, "version": .string(configuration.version), "exchange": .string(firstSeat.name),
            "sessions": .int(Int64(people.sessions.count)), "records": .int(Int64(recorded.last.rawValue)),
            "tape": .string(tape?.stop?.rawValue ?? (tape?.player == nil ? "none" : "playing")),
        ]
        for (name, value) in clockHealth { details.append(name, value) }
        if seats.contains(where: { $0.wire != nil }) {
            details.append("reconciling", .int(Int64(seats.reduce(0) { $0 + $1.accountsReconciling })))
        }
        details.append("exchanges", .array(seats.map { .object($0.health) }))
        if let free = upkeep.disk.freeBytes {
            details.append("disk", .string(upkeep.disk.room.rawValue))
            details.append("disk_free_bytes", .int(free))
        }
        return HealthReport(isUp: halt == nil && !isReadOnly && tape?.stop == nil, details: details)
    }
}

extension Seat {
    /// Accounts that nothing is traded for yet, since they are being compared with the exchange.
    var accountsReconciling: Int { wire?.accounts.count { !lacksKey($0.key) && !$0.value.isReconciled } ?? 0 }

    /// Whether it answers.
    var state: String {
        guard let wire else { return tape.stop.map { "tape \($0.rawValue)" } ?? "up" }
        if wire.isLost { return "silent" }
        return wire.feed.hasPairs ? "up" : "starting"
    }

    /// What `GET /health` says of it.
    fileprivate var health: JSONObject {
        [
            "exchange": .string(name), "state": .string(state), "reconciling": .int(Int64(accountsReconciling)),
        ]
    }
}
