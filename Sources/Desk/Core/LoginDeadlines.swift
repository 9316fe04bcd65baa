import Conversation
import DequeModule
import Trading

/// Sessions at which nobody is logged in: they are ended after `login_s`, and the chat server may give their places away.
///
/// A session that is being asked for its password, or whose password is being checked, is still nobody's.
struct LoginDeadlines {
    /// In the order of their times, as all are given the same time. Sessions that have logged in or ended stay until they
    /// are first.
    private var waiting: Deque<(session: SessionID, dueBy: Timestamp)> = []

    /// The one that is due first, or is over already.
    var first: (session: SessionID, dueBy: Timestamp)? { waiting.first }
    /// When the first of them is due.
    var next: Timestamp? { waiting.first?.dueBy }

    mutating func add(_ session: SessionID, dueBy: Timestamp) { waiting.append((session, dueBy)) }

    /// Takes out the first one that is due.
    mutating func popDue(at now: Timestamp) -> (session: SessionID, dueBy: Timestamp)? {
        guard let first = waiting.first, first.dueBy <= now else { return nil }
        return waiting.popFirst()
    }

    mutating func removeFirst() { waiting.removeFirst() }
}

extension DeskCore {
    /// To be called when a session has opened, and whenever somebody has logged in to it or out of it.
    func loginChanged(_ id: SessionID, isNew: Bool = false) {
        guard let session = people.sessions[id] else { return }
        let isLoggedIn = session.login != nil
        // The server takes a new session to be nobody's.
        if isLoggedIn || !isNew { batch.outputs.append(.loggedIn(id, isLoggedIn: isLoggedIn)) }
        if isLoggedIn {
            people.sessions[id]?.loginDueBy = nil
        } else {
            let dueBy = now.advanced(bySeconds: Int64(configuration.limits.loginSeconds))
            people.sessions[id]?.loginDueBy = dueBy
            people.logins.deadlines.add(id, dueBy: dueBy)
        }
        forgetLoginDeadlines()
    }

    /// Forgets the deadlines of sessions that have ended or logged in, so that the desk does not wake for them.
    func forgetLoginDeadlines() {
        while let first = people.logins.deadlines.first, people.sessions[first.session]?.loginDueBy != first.dueBy {
            people.logins.deadlines.removeFirst()
        }
    }

    /// Ends the sessions whose time to log in is over.
    func endSessionsNotLoggedIn() {
        while let (id, dueBy) = people.logins.deadlines.popDue(at: now) {
            guard let session = people.sessions[id], session.loginDueBy == dueBy, !session.isGone else { continue }
            // Nothing of it in the audit log: anybody may open such sessions by the thousand.
            batch.outputs.append(
                .close(
                    id, code: 1_008,
                    reason: "nobody logged in within \(configuration.limits.loginSeconds) s; connect again to log in"))
            forget(id)
        }
        forgetLoginDeadlines()
    }
}
