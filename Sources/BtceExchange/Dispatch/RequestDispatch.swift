public import Trading

/// All requests to one exchange on their way out: which goes next, under which nonce, and what its answer means for those
/// behind it.
///
/// A pure value: time and chance come in, requests go out, nothing is sent here. Whoever holds it hands `start`'s
/// requests to an `HTTPClient`, and tells `answered` what became of each.
///
/// `Ticket` names a request to whoever asked for it.
public struct RequestDispatch<Ticket: Sendable> {
    /// A request to be sent now; its number comes back in `answered`.
    public struct Outgoing: Sendable {
        public let number: UInt64
        public let ticket: Ticket
        public let request: HTTPRequest
    }

    /// What whoever asked is told.
    public enum Event {
        /// It was answered with a result, to be read by a `TapiReader` or `PublicReader`.
        case answered(Ticket, HTTPResponse)
        case failed(Ticket, AnswerFailure)
        /// It waited too long and was never sent, nor will be.
        case givenUp(Ticket)
        /// There is no nonce for it: it was never sent.
        case noNonce(Ticket, NonceSource.Failure)
        /// A key comes to its end.
        case keyEnding(key: String, NonceSource.Warning)
        /// The exchange is lost, or is back.
        case circuit(Circuit.Change)
    }

    /// How many public requests may wait.
    public static var publicWaitingMax: Int { 256 }

    private struct Lane {
        let key: TapiKey
        /// Tells the lanes of a key apart that was taken away and came back: an answer belongs to one of them.
        let number: UInt64
        var lane: KeyLane<Ticket>
    }

    private struct PublicRequestWaiting {
        let path: String
        let ticket: Ticket
        let sendBy: Timestamp
    }

    private enum UnderWay {
        case ofKey(String, lane: UInt64, Ticket)
        case ofNobody(Ticket)

        var ticket: Ticket {
            switch self {
            case .ofKey(_, _, let ticket), .ofNobody(let ticket): ticket
            }
        }
    }

    private let baseURL: String
    private var pacing: RequestPacing
    private var circuit: Circuit
    private var lanes: [String: Lane] = [:]
    private var keys: [String] = []
    private var publicWaiting: [PublicRequestWaiting] = []
    private var underWay: [UInt64: UnderWay] = [:]
    private var lastNumber: UInt64 = 0
    private var lastLane: UInt64 = 0
    /// Whose turn it was last: the next in line goes first, so that no key keeps the others waiting.
    private var lastTurn = 0

    /// `baseURL` without a slash at its end: `https://exchange.example`.
    public init(baseURL: String, pacing: RequestPacing, circuit: Circuit = Circuit()) {
        self.baseURL = baseURL
        self.pacing = pacing
        self.circuit = circuit
    }

    /// Serves a key from now on.
    public mutating func addKey(_ key: TapiKey, nonces: NonceSource) {
        precondition(lanes[key.key] == nil, "a key twice: two sources would give the same nonces")
        lastLane += 1
        lanes[key.key] = Lane(key: key, number: lastLane, lane: KeyLane(nonces))
        keys.append(key.key)
        keys.sort()
    }

    /// Serves a key no more. What waited under it never was sent, nor will be; what is under way is still answered.
    public mutating func removeKey(_ key: String) -> [Ticket] {
        let waited = lanes[key]?.lane.withdraw { _ in true } ?? []
        lanes[key] = nil
        keys.removeAll { $0 == key }
        return waited
    }

    /// Takes out what waits under a key and is not wanted any more; it never was sent, nor will be.
    public mutating func withdraw(key: String, where isUnwanted: (Ticket) -> Bool) -> [Ticket] {
        lanes[key]?.lane.withdraw(where: isUnwanted) ?? []
    }

    /// Takes on a request of a key; false where too many wait, or the key is unknown.
    public mutating func add(
        _ request: TapiRequest, key: String, urgency: KeyLane<Ticket>.Urgency, ticket: Ticket, sendBy: Timestamp
    ) -> Bool {
        lanes[key]?.lane.add(request, urgency: urgency, ticket: ticket, sendBy: sendBy) ?? false
    }

    /// Takes on a public request by its path; false where too many wait.
    public mutating func add(path: String, ticket: Ticket, sendBy: Timestamp) -> Bool {
        guard publicWaiting.count < Self.publicWaitingMax else { return false }
        publicWaiting.append(PublicRequestWaiting(path: path, ticket: ticket, sendBy: sendBy))
        return true
    }

    /// When `start` next has something to do without an answer coming: something may go, or is to be given up.
    public func nextDue(from now: Timestamp) -> Timestamp? {
        var due: [Timestamp] = publicWaiting.map(\.sendBy) + lanes.values.compactMap { $0.lane.firstSendBy }
        if let open = circuit.earliest(from: now) {
            for turn in 0...keys.count where wantsTurn(turn) {
                due.append(max(open, pacing.earliest(key: key(ofTurn: turn), from: now)))
            }
        }
        return due.min()
    }

    /// Starts all that may go at this moment, and gives up what has waited too long.
    public mutating func start(at now: Timestamp) -> (outgoing: [Outgoing], events: [Event]) {
        var outgoing: [Outgoing] = []
        var events = giveUp(at: now)
        var hasStarted = true
        while hasStarted {
            hasStarted = false
            for step in 1...(keys.count + 1) {
                let turn = (lastTurn + step) % (keys.count + 1)
                guard wantsTurn(turn), let open = circuit.earliest(from: now), open <= now,
                    pacing.earliest(key: key(ofTurn: turn), from: now) <= now
                else { continue }
                lastTurn = turn
                hasStarted = true
                if let request = send(turn, at: now, &events) { outgoing.append(request) }
                break
            }
        }
        return (outgoing, events)
    }

    /// Takes in what became of a request.
    public mutating func answered(
        _ number: UInt64, _ outcome: HTTPOutcome, at now: Timestamp, using chance: inout some RandomNumberGenerator
    ) -> [Event] {
        guard let request = underWay.removeValue(forKey: number) else { return [] }
        var isOfKey = false
        if case .ofKey = request { isOfKey = true }
        let failure = failure(of: outcome, isOfKey: isOfKey)
        var events: [Event] = []
        if let change = judge(failure, at: now, using: &chance) { events.append(.circuit(change)) }
        switch request {
        case .ofNobody(let ticket): events.append(event(ticket, outcome, failure))
        case .ofKey(let key, let number, let ticket):
            let isOfThisLane = lanes[key]?.number == number
            if !isOfThisLane || lanes[key]?.lane.answered(failure, at: now) != .sentAgain {
                events.append(event(ticket, outcome, failure))
            }
        }
        return events
    }
}

extension RequestDispatch {
    /// Turn 0 is that of public requests, the others are the keys'.
    private func key(ofTurn turn: Int) -> String? { turn == 0 ? nil : keys[turn - 1] }

    private func wantsTurn(_ turn: Int) -> Bool {
        guard let key = key(ofTurn: turn), let lane = lanes[key]?.lane else { return !publicWaiting.isEmpty }
        return lane.isIdle && lane.waiting > 0
    }

    private mutating func giveUp(at now: Timestamp) -> [Event] {
        var events: [Event] = publicWaiting.filter { $0.sendBy <= now }.map { .givenUp($0.ticket) }
        publicWaiting.removeAll { $0.sendBy <= now }
        for key in keys { events += (lanes[key]?.lane.giveUp(at: now) ?? []).map { .givenUp($0) } }
        return events
    }

    private mutating func send(_ turn: Int, at now: Timestamp, _ events: inout [Event]) -> Outgoing? {
        guard let key = key(ofTurn: turn) else {
            let first = publicWaiting.removeFirst()
            return outgoing(PublicRequest.get(first.path, baseURL: baseURL), .ofNobody(first.ticket), nil, at: now)
        }
        guard let (tapiKey, lane) = lanes[key].map({ ($0.key, $0.number) }), let step = lanes[key]?.lane.start() else {
            return nil
        }
        switch step {
        case .nothing: return nil
        case .failed(let ticket, _, let failure):
            events.append(.noNonce(ticket, failure))
            return nil
        case .send(let ticket, let request, let issued):
            if let warning = issued.warning { events.append(.keyEnding(key: key, warning)) }
            let signed = tapiKey.signed(request, nonce: issued.nonce, url: baseURL + "/tapi")
            return outgoing(signed, .ofKey(key, lane: lane, ticket), key, at: now)
        }
    }

    private mutating func outgoing(
        _ request: HTTPRequest, _ under: UnderWay, _ key: String?, at now: Timestamp
    ) -> Outgoing {
        let isTaken = pacing.take(key: key, at: now)
        precondition(isTaken, "a request before its time")
        circuit.start(at: now)
        lastNumber += 1
        underWay[lastNumber] = under
        return Outgoing(number: lastNumber, ticket: under.ticket, request: request)
    }

    private func failure(of outcome: HTTPOutcome, isOfKey: Bool) -> AnswerFailure? {
        do throws(AnswerFailure) {
            switch outcome {
            case .failure(let failure): throw .transport(failure)
            case .success(let response):
                let body = AnswerBody(response: response)
                _ = isOfKey ? try body.result() : try body.publicResult()
                return nil
            }
        } catch {
            return error
        }
    }

    private func event(_ ticket: Ticket, _ outcome: HTTPOutcome, _ failure: AnswerFailure?) -> Event {
        switch (outcome, failure) {
        // `no orders` is a result: the readers make an empty list of it.
        case (.success(let response), nil), (.success(let response), .refused(.nothingThere, _)):
            .answered(ticket, response)
        case (_, let failure?): .failed(ticket, failure)
        case (.failure(let failure), nil): .failed(ticket, .transport(failure))
        }
    }

    private mutating func judge(
        _ failure: AnswerFailure?, at now: Timestamp, using chance: inout some RandomNumberGenerator
    ) -> Circuit.Change? {
        guard let failure else { return circuit.succeeded() }
        if failure.isOutage { return circuit.failed(at: now, reason: failure.reason, using: &chance) }
        if case .transport = failure {
            circuit.gaveUp(at: now)
            return nil
        }
        return circuit.succeeded()
    }
}
