import Conversation
import DequeModule
import Trading

/// Who has a place on the server, and who makes room for whom. Pure: it knows sessions by their numbers only.
///
/// A session that is logged in keeps its place. One that is not gives its place up, the oldest first, to whoever comes when
/// there is no other: so connections that never log in cannot keep traders out. Some places are kept for those who are
/// known beforehand: by a token, or by an address at which somebody is logged in.
struct SessionPlaces {
    /// What becomes of somebody who wants a place.
    enum Verdict: Hashable, Sendable {
        case free
        /// A place is free once this session has ended.
        case insteadOf(SessionID)
        case serverFull
        case addressFull
    }

    /// Sessions that are not logged in, in the order in which they began to be. Those that have logged in, or have ended,
    /// are passed over when their turn comes, so that leaving costs nothing.
    private struct Waiting {
        var entries: Deque<(id: SessionID, turn: UInt64)> = []
    }

    private struct Group {
        var count = 0
        var loggedIn = 0
        var waiting = Waiting()
    }

    private struct Member {
        let group: AddressGroup
        /// Its place among those that are not logged in; nil for one that is.
        var turn: UInt64?
    }

    private let sessionsMax: Int
    private let addressSessionsMax: Int
    private let reserved: Int
    private var members: [SessionID: Member] = [:]
    private var groups: [AddressGroup: Group] = [:]
    private var waiting = Waiting()
    private var lastTurn: UInt64 = 0

    init(_ limits: ChatLimits) {
        sessionsMax = limits.sessions
        addressSessionsMax = limits.addressSessions
        reserved = min(limits.reservedSessions, limits.sessions / 10)
    }

    /// Sessions that have a place.
    var count: Int { members.count }

    /// Entries that are kept for those who may have to make room: for tests.
    var entriesKept: Int { waiting.entries.count + groups.values.reduce(0) { $0 + $1.waiting.entries.count } }

    /// Looks for a place for somebody at an address. Changes nothing but what it costs to ask again.
    mutating func place(in group: AddressGroup, hasToken: Bool) -> Verdict {
        if let here = groups[group], here.count >= addressSessionsMax {
            guard let oldest = firstWaiting(in: group) else { return .addressFull }
            return .insteadOf(oldest)
        }
        let isKnown = hasToken || groups[group].map { $0.loggedIn > 0 } ?? false
        guard count >= (isKnown ? sessionsMax : sessionsMax - reserved) else { return .free }
        guard let oldest = firstWaiting() else { return .serverFull }
        return .insteadOf(oldest)
    }

    /// Gives a place to a new session, which is not logged in.
    mutating func add(_ id: SessionID, in group: AddressGroup) {
        members[id] = Member(group: group)
        groups[group, default: Group()].count += 1
        wait(id, in: group)
    }

    /// Notes that somebody has logged in to a session, or out of it. A session that has ended is passed over.
    mutating func set(_ id: SessionID, isLoggedIn: Bool) {
        guard let member = members[id], (member.turn == nil) != isLoggedIn else { return }
        groups[member.group]?.loggedIn += isLoggedIn ? 1 : -1
        if isLoggedIn {
            members[id]?.turn = nil
        } else {
            wait(id, in: member.group)
        }
    }

    /// Takes a session's place back. One that has none any more is passed over.
    mutating func remove(_ id: SessionID) {
        guard let member = members.removeValue(forKey: id), var group = groups.removeValue(forKey: member.group) else {
            return
        }
        group.count -= 1
        if member.turn == nil { group.loggedIn -= 1 }
        if group.count > 0 { groups[member.group] = group }
    }

    private mutating func wait(_ id: SessionID, in group: AddressGroup) {
        lastTurn += 1
        members[id]?.turn = lastTurn
        groups[group]?.waiting.entries.append((id, lastTurn))
        waiting.entries.append((id, lastTurn))
        // Entries of sessions that have left are forgotten before they outnumber the others.
        if let here = groups[group], here.waiting.entries.count > 2 * here.count + 16 {
            groups[group]?.waiting.entries.removeAll { members[$0.id]?.turn != $0.turn }
        }
        if waiting.entries.count > 2 * count + 16 {
            waiting.entries.removeAll { members[$0.id]?.turn != $0.turn }
        }
    }

    private mutating func firstWaiting(in group: AddressGroup) -> SessionID? {
        while let first = groups[group]?.waiting.entries.first {
            if members[first.id]?.turn == first.turn { return first.id }
            groups[group]?.waiting.entries.removeFirst()
        }
        return nil
    }

    private mutating func firstWaiting() -> SessionID? {
        while let first = waiting.entries.first {
            if members[first.id]?.turn == first.turn { return first.id }
            waiting.entries.removeFirst()
        }
        return nil
    }
}
