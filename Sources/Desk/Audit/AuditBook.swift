import Accounts
import Trading

/// What the audit log has still to keep or to say: a pure value of the desk's.
struct AuditBook {
    /// A line and how often it was counted this time.
    struct Kept {
        let entry: AuditEntry
        let times: Int64
    }

    /// An attempt that is kept with others of its kind, within a second.
    struct Deferred {
        var event: AuditEvent
        var times: Int64
    }

    private struct Key: Hashable {
        let kind: AuditEvent.Kind
        let address: String?
    }

    /// Addresses whose attempts are told apart within a second; those of more are counted without one.
    static let addressesMax = 256

    /// Lines of the batch, for the log once they are on disk.
    private(set) var unsaid: [Kept] = []
    /// In the order in which they came first.
    private var deferred: [Deferred] = []
    private var places: [Key: Int] = [:]
    /// The newest line when the desk last looked for what the operator's command line has kept.
    var lastSeen: Int64
    /// When the attempts that wait are next kept.
    var nextFlush = Timestamp(nanoseconds: .min)

    init(lastSeen: Int64) { self.lastSeen = lastSeen }

    var hasDeferred: Bool { !deferred.isEmpty }

    mutating func keep(_ entry: AuditEntry, times: Int64) {
        unsaid.append(Kept(entry: entry, times: times))
    }

    mutating func takeUnsaid() -> [Kept] {
        defer { unsaid.removeAll(keepingCapacity: true) }
        return unsaid
    }

    mutating func forgetUnsaid() { unsaid.removeAll() }

    /// Counts an attempt on those of its kind and address, of which the last is shown.
    mutating func put(_ event: AuditEvent) {
        var event = event
        if places.count >= AuditBook.addressesMax, places[Key(kind: event.kind, address: event.address)] == nil {
            event.address = nil
        }
        let key = Key(kind: event.kind, address: event.address)
        if let place = places[key] {
            deferred[place].event = event
            deferred[place].times += 1
        } else {
            places[key] = deferred.count
            deferred.append(Deferred(event: event, times: 1))
        }
    }

    mutating func takeDeferred() -> [Deferred] {
        defer {
            deferred.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        return deferred
    }
}
