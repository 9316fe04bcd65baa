import Accounts
import Conversation
import Ledger
import Logging
import Trading

/// How much room the disk of the database has.
enum DiskRoom: String {
    case good
    /// Less than `disk_low_mib`: the admins are told.
    case low
    /// Less than `disk_stop_mib`: no new orders are taken.
    case short
}

/// The desk says that its disk is nearly full while it still can.
extension DeskCore {
    /// Bytes in the unit that the limits have.
    static let mebibyte: Int64 = 1 << 20

    /// Looks at the disk where that is due: once in `disk_check_s`. Each crossing of a limit is told once, in the log and to the
    /// admins, and so is the way back, which takes a quarter more room than the limit.
    func lookAtDisk() throws {
        guard now >= upkeep.disk.nextCheck else { return }
        upkeep.disk.nextCheck = now.advanced(bySeconds: Int64(configuration.limits.diskCheckSeconds))
        guard let free = configuration.freeBytes() else { return }
        upkeep.disk.freeBytes = free
        let room = diskRoom(free)
        guard room != upkeep.disk.room else { return }
        let wasGood = upkeep.disk.room == .good
        upkeep.disk.room = room
        let fields: JSONObject = ["free_bytes": .int(free)]
        // In whole mebibytes, rounded down.
        let left = "\(free / DeskCore.mebibyte) MiB are free on the disk of the database"
        switch room {
        case .good:
            log.notice("there is room again: \(left)")
            try tellAdmins("disk_good", "* the server's disk has room again: \(left)", fields)
        case .low:
            log.warning("the disk is nearly full: \(left)")
            try tellAdmins(
                "disk_low", "* the server's disk is nearly full: \(left); free some, or the desk stops", fields)
        case .short:
            log.error("the disk is nearly full, no new orders are taken: \(left)")
            try tellAdmins("disk_low", "* the server's disk is nearly full: \(left); no new orders are taken", fields)
        }
        // The log beside the database is what can be given back at once.
        if wasGood { upkeep.isLogToBeEmptied = true }
    }

    private func diskRoom(_ free: Int64) -> DiskRoom {
        let low = Int64(configuration.limits.diskLowMebibytes) * DeskCore.mebibyte
        let stop = Int64(configuration.limits.diskStopMebibytes) * DeskCore.mebibyte
        // Back over a limit only with a quarter more: a disk that is filled and emptied at the limit is not told of each time.
        let lowNow = upkeep.disk.room == .good ? low : low / 4 * 5
        let stopNow = upkeep.disk.room == .short ? stop / 4 * 5 : stop
        if free < stopNow { return .short }
        return free < lowNow ? .low : .good
    }

    /// Tells every admin of something about the server.
    func tellAdmins(_ event: String, _ text: String, _ fields: JSONObject) throws {
        for account in try accountStore().accounts() where account.role == .admin && !account.isDisabled {
            try notify(account.id, event: event, order: nil, text: text, fields: fields, at: now)
        }
    }

    /// Copies the log into the database and gives its room back, outside of a transaction, where that was asked for.
    func emptyLogIfAsked() {
        guard upkeep.isLogToBeEmptied else { return }
        upkeep.isLogToBeEmptied = false
        do {
            try ledger.emptyLog()
        } catch {
            log.error("the log of the database was not emptied: \(error)")
        }
    }
}
