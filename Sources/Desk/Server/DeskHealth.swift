import Conversation
import Exchange
import Ledger
import Trading

extension DeskCore {
    /// Whether a line still waits for a password check or an exchange.
    var isAnsweringLater: Bool {
        !pendingReplies.isEmpty || !lineQuestions.waiting.isEmpty || !exports.making.isEmpty || !passwordJobs.isEmpty
            || !waitingLogins.all.isEmpty || !keyJobs.isEmpty || turns.hasLines || !longQuestions.isEmpty
    }

    /// What `GET /health` says.
    var health: HealthReport {
        let state: JSONValue =
            switch halt {
            case nil: .string(configuration.readOnly?.state ?? "up")
            case .stopping: "stopping"
            case .ledgerFailed: "ledger failed"
            }
        var details: JSONObject = [
            "state": state, "version": .string(configuration.version), "exchange": .string(exchange.name),
            "sessions": .int(Int64(sessions.count)), "records": .int(Int64(lastRecord.rawValue)),
            "tape": .string(tapeStop?.rawValue ?? (tape == nil ? "none" : "playing")),
        ]
        for (name, value) in clockHealth { details.append(name, value) }
        if let wire {
            details.append("reconciling", .int(Int64(wire.accounts.values.count { !$0.isReconciled })))
        }
        if let diskFreeBytes {
            details.append("disk", .string(diskRoom.rawValue))
            details.append("disk_free_bytes", .int(diskFreeBytes))
        }
        return HealthReport(isUp: halt == nil && !isReadOnly && tapeStop == nil, details: details)
    }
}
