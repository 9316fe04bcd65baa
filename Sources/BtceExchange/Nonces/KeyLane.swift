public import Trading

/// The requests of one key, one at a time and in the order of their nonces.
///
/// Two requests under way at once may overtake one another on the way, and the exchange refuses the one that comes
/// second with the lower nonce. So a request is given its nonce when the one before it has been answered or given up,
/// and not before.
public struct KeyLane<Ticket: Sendable> {
    /// What waits, the most urgent first.
    public enum Urgency: Int, Hashable, Sendable, Comparable, CaseIterable {
        /// What takes risk away.
        case cancel
        case place
        /// What settles a lost answer.
        case settle
        case question

        public static func < (left: Urgency, right: Urgency) -> Bool { left.rawValue < right.rawValue }
    }

    /// What is to be done now.
    public enum Step {
        /// Sign and send it under this nonce, then tell `answered`.
        case send(Ticket, TapiRequest, NonceSource.Issued)
        /// One is under way, or nothing waits.
        case nothing
        /// There is no nonce for it: it was never sent.
        case failed(Ticket, TapiRequest, NonceSource.Failure)
    }

    /// What an answer means for the request that it is to.
    public enum Verdict: Hashable, Sendable {
        /// Hand the answer on.
        case handOn
        /// It was refused for its nonce and stands first in the lane again.
        case sentAgain
    }

    /// How many requests may wait.
    public static var waitingMax: Int { 1_024 }
    /// How often a request is sent again because of its nonce.
    public static var nonceRetriesMax: Int { 3 }

    private struct Waiting {
        let ticket: Ticket
        let request: TapiRequest
        let urgency: Urgency
        let sendBy: Timestamp
        var nonceRetries = 0
    }

    private var nonces: NonceSource
    private var queues: [[Waiting]] = Urgency.allCases.map { _ in [] }
    private var heads: [Int] = Urgency.allCases.map { _ in 0 }
    private var underWay: Waiting?

    public init(_ nonces: NonceSource) { self.nonces = nonces }

    /// How many wait, without the one under way.
    public var waiting: Int { zip(queues, heads).reduce(0) { $0 + $1.0.count - $1.1 } }
    public var isIdle: Bool { underWay == nil }
    public var noncesRemaining: UInt64 { nonces.remaining }

    /// Takes a request on; false where too many wait. After `sendBy` it is not worth sending any more: `giveUp` says so.
    public mutating func add(
        _ request: TapiRequest, urgency: Urgency, ticket: Ticket, sendBy: Timestamp = Timestamp(nanoseconds: .max)
    ) -> Bool {
        guard waiting < Self.waitingMax else { return false }
        queues[urgency.rawValue].append(Waiting(ticket: ticket, request: request, urgency: urgency, sendBy: sendBy))
        return true
    }

    /// When the first of those that wait is not worth sending any more.
    public var firstSendBy: Timestamp? {
        zip(queues, heads).flatMap { $0.0.dropFirst($0.1).map(\.sendBy) }.min()
    }

    /// Takes out what was to be sent by now and was not; it never will be.
    public mutating func giveUp(at now: Timestamp) -> [Ticket] {
        var given: [Ticket] = []
        for index in queues.indices {
            let waiting = queues[index].dropFirst(heads[index])
            given += waiting.filter { $0.sendBy <= now }.map(\.ticket)
            queues[index] = waiting.filter { $0.sendBy > now }
            heads[index] = 0
        }
        return given
    }

    /// Takes out what waits and is not wanted any more; it never was sent, nor will be.
    public mutating func withdraw(where isUnwanted: (Ticket) -> Bool) -> [Ticket] {
        var withdrawn: [Ticket] = []
        for index in queues.indices {
            let waiting = queues[index].dropFirst(heads[index])
            guard waiting.contains(where: { isUnwanted($0.ticket) }) else { continue }
            withdrawn += waiting.filter { isUnwanted($0.ticket) }.map(\.ticket)
            queues[index] = waiting.filter { !isUnwanted($0.ticket) }
            heads[index] = 0
        }
        return withdrawn
    }

    /// Starts the next request if none is under way.
    public mutating func start() -> Step {
        guard underWay == nil, let next = takeFirst() else { return .nothing }
        do {
            let issued = try nonces.next()
            underWay = next
            return .send(next.ticket, next.request, issued)
        } catch {
            return .failed(next.ticket, next.request, error)
        }
    }

    /// Takes in what became of the request under way; nil: it was answered with a result.
    ///
    /// A `Trade` is never sent again: that its nonce was refused proves nothing of a copy that may have come before.
    public mutating func answered(_ failure: AnswerFailure?, at now: Timestamp) -> Verdict {
        guard var request = underWay else { preconditionFailure("an answer in a lane where nothing is under way") }
        underWay = nil
        switch failure {
        case .refused(.invalidNonce(let onKey, _, let next), _):
            nonces.refused(onKey: onKey, next: next, at: now)
            if case .trade = request.request { return .handOn }
            guard request.nonceRetries < Self.nonceRetriesMax else { return .handOn }
            request.nonceRetries += 1
            putFirst(request)
            return .sentAgain
        case nil, .refused: nonces.accepted()
        default: break
        }
        return .handOn
    }

    private mutating func takeFirst() -> Waiting? {
        for index in queues.indices where heads[index] < queues[index].count {
            let first = queues[index][heads[index]]
            heads[index] += 1
            // What has left is dropped a batch at a time, so that leaving costs the same however many wait.
            if heads[index] * 2 >= queues[index].count {
                queues[index].removeFirst(heads[index])
                heads[index] = 0
            }
            return first
        }
        return nil
    }

    private mutating func putFirst(_ request: Waiting) {
        let index = request.urgency.rawValue
        queues[index].insert(request, at: heads[index])
    }
}
