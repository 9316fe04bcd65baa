import Accounts
import Conversation
import Desk
import Foundation
import Trading

/// A server that dies, and comes back on what is on the disk.
extension TranscriptDesk {
    func restart(after nanoseconds: Int64 = 0, pruningBefore cut: Timestamp? = nil) throws {
        let old = database
        restarts += 1
        // What the disk holds now is what it would hold after a crash: the desk is dropped without being told, and whatever
        // its end might still write goes to the old file, not to this.
        for suffix in ["", "-wal"] {
            let file = old.path + suffix
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try FileManager.default.copyItem(atPath: file, toPath: database.path + suffix)
        }
        desk = nil
        if let cut { _ = try OperatorDesk.prune(database: database.path, before: cut, at: now) }
        now = now.advanced(byNanoseconds: nanoseconds)
        desk = try openDesk(at: database)
        try checkLog()
        try comeBack()
    }

    /// Sessions open again, log in again, and get what was not told before.
    func comeBack() throws {
        var missedFrom: [AccountName: UInt64] = [:]
        let there = connections.indices.filter { connections[$0].isOpen }
        let before = connections.map(\.unseen)
        for index in there {
            connections[index].id = newSessionID()
            try connect(index)
            guard let user = connections[index].user, connections[index].isLoggedIn else { continue }
            let first = try logIn(index)
            if missedFrom[user] == nil { missedFrom[user] = first }
        }
        // That others of the account have logged in again is not worth telling.
        for index in connections.indices { connections[index].unseen = before[index] }
        for index in there {
            guard let user = connections[index].user, let first = missedFrom[user], connections[index].isLoggedIn else {
                continue
            }
            try resume(index, from: first)
        }
    }

    func resume(_ index: Int, from first: UInt64) throws {
        let id = connections[index].id
        let desk = try opened()
        var next: UInt64? = first
        while let from = next {
            next = nil
            let outputs = desk.process([.server(.lines(id, [IncomingLine(text: "resume \(from)")]))], at: now)
            for output in outputs {
                guard case .send(id, let message) = output else { continue }
                switch message {
                case .reply(let reply):
                    if reply.fields["more"] == true, case .int(let more)? = reply.fields["next"] {
                        next = UInt64(clamping: more)
                    }
                case .written(let text, _) where text.hasPrefix("* login"): break
                default: show(message, index)
                }
            }
        }
        try checkLog()
    }
}
