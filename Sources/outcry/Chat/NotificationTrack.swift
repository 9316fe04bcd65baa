import Conversation

/// Which notifications of an account have been shown, so that after a lost connection each is shown once and in order.
struct NotificationTrack {
    /// Notifications that may wait for earlier ones. With more, what there is is shown.
    static let heldMax = 10_000

    enum Shown: Equatable {
        case notification(ServerNotification)
        /// These did not come, though they were asked for.
        case missing(ClosedRange<UInt64>)
    }

    private enum Phase: Equatable {
        case live
        /// `resume` has been sent and is not answered with the last batch yet.
        case asked
        /// The last batch is on its way: all below this number.
        case filling(upTo: UInt64)
    }

    let account: String
    /// The number of the first notification that has not been shown.
    private(set) var next: UInt64
    private var phase = Phase.live
    private var held: [UInt64: ServerNotification] = [:]
    /// What the trader has asked to see again, and how many of them are still on their way.
    private var replayed: Range<UInt64> = 0..<0
    private(set) var replaysLeft: UInt64 = 0

    init(account: String, next: UInt64) {
        self.account = account
        self.next = next
    }

    var isLive: Bool { phase == .live }

    /// Whether there are notifications that must be asked for: some are held, and nobody has asked.
    var hasGap: Bool { phase == .live && !held.isEmpty }

    /// What can be shown now that this one is here. One that has no number is not held back.
    mutating func take(_ notification: ServerNotification) -> [Shown] {
        guard let sequence = notification.sequence else { return [.notification(notification)] }
        let isReplayed = replaysLeft > 0 && replayed.contains(sequence)
        if isReplayed { replaysLeft -= 1 }
        guard sequence >= next else { return isReplayed ? [.notification(notification)] : [] }
        held[sequence] = notification
        var shown = takeHeld()
        if case .filling(let end) = phase {
            // The batch came before this one: what is missing of it will not come any more.
            if next < end, sequence >= end { shown += flush() }
            if next >= end { phase = .live }
        }
        if held.count > NotificationTrack.heldMax { shown += flush() }
        return shown
    }

    /// The line to send in order to get all that has not been shown.
    mutating func resumeLine() -> String {
        phase = .asked
        return "resume \(next)"
    }

    /// Reads the answer to a `resume` that the trader typed: what it announces is shown, also what was shown before. The
    /// line to go on with where there is more: until that is sent the server holds back what is new.
    mutating func replaying(_ reply: ServerReply) -> String? {
        guard reply.isOK, let count = reply.fields.unsigned("count"), count > 0,
            let first = reply.fields.unsigned("from"), let end = reply.fields.unsigned("next"), first <= end
        else { return nil }
        replayed = min(first, replaysLeft > 0 ? replayed.lowerBound : first)..<end
        replaysLeft += count
        return reply.fields["more"] == .bool(true) ? "resume \(end)" : nil
    }

    /// Reads the answer to `resume`: what can be shown, and the line to go on with where there is more.
    mutating func resumed(_ reply: ServerReply) -> (shown: [Shown], line: String?) {
        let end = reply.fields.unsigned("next") ?? next
        if reply.isOK, reply.fields["more"] == .bool(true), end > next { return ([], "resume \(end)") }
        if reply.isOK, end > next {
            phase = .filling(upTo: end)
            return ([], nil)
        }
        phase = .live
        return (flush(), nil)
    }

    /// The connection is gone: what is held will be sent again.
    mutating func lost() {
        held = [:]
        phase = .live
        replaysLeft = 0
    }

    private mutating func takeHeld() -> [Shown] {
        var shown: [Shown] = []
        while let notification = held.removeValue(forKey: next) {
            shown.append(.notification(notification))
            next += 1
        }
        return shown
    }

    private mutating func flush() -> [Shown] {
        var shown: [Shown] = []
        while let first = held.keys.min() {
            if first > next { shown.append(.missing(next...first - 1)) }
            next = first
            shown += takeHeld()
        }
        return shown
    }
}
