public import Trading
import Venue

/// What reaches the gateway.
public enum NetworkDelivery: Hashable, Sendable {
    case answer(VenueRequestID, VenueAnswer)
    case push(VenuePush)
}

/// Between a gateway and the venue, both ways. It takes the time as it is given and draws its chance from one seed.
public final class SimulatedNetwork {
    public let venue: SimulatedVenue
    /// What it does to messages that are sent from now on.
    public var faults: NetworkFaults
    private var chance: SplitMix64
    private var messages: [Message] = []
    private var sent: UInt64 = 0
    private var lastDelivered: [Bool: UInt64] = [:]
    private var tally: [TallyKey: Int] = [:]
    private var arrived: [NetworkDelivery] = []
    /// The process whose gateway is connected; what is for another is lost.
    private var process: Int64?
    private var processes: Int64 = 0

    public init(_ venue: SimulatedVenue, faults: NetworkFaults = .none, seed: UInt64) {
        self.venue = venue
        self.faults = faults
        chance = SplitMix64(seed: seed)
    }

    private enum Body {
        case request(VenueRequestID, VenueRequest)
        case answer(VenueRequestID, VenueAnswer, to: String)
        case push(VenuePush)
    }

    private struct Message {
        let due: Timestamp
        let number: UInt64
        /// The process that sent it, or that it is for; nil for a report, which is for whoever listens.
        let process: Int64?
        let body: Body

        var isToVenue: Bool { if case .request = body { true } else { false } }

        var kind: String {
            switch body {
            case .request(_, let request): request.kind
            case .answer(_, _, let kind): "answer to \(kind)"
            case .push(let push): push.kind
            }
        }
    }

    private struct TallyKey: Hashable {
        let fault: NetworkFault
        let message: String
    }

    // MARK: The gateway's side

    /// A gateway's process starts to listen, and nothing reaches any earlier one. Its number, for its request ids.
    public func connect() -> Int64 {
        processes += 1
        process = processes
        arrived = []
        return processes
    }

    /// The gateway's process is gone. What it has sent goes on its way.
    public func disconnect() {
        process = nil
        arrived = []
    }

    /// Sends a request to the venue.
    public func send(_ request: VenueRequest, id: VenueRequestID, at now: Timestamp) {
        post(.request(id, request), process: id.process, at: now)
    }

    /// What has arrived at the gateway since the last call, in the order in which it did.
    public func drainArrivals() -> [NetworkDelivery] {
        defer { arrived = [] }
        return arrived
    }

    // MARK: Time

    /// When next a message arrives or the venue does something by itself.
    public var nextDue: Timestamp? {
        [messages.first?.due, venue.nextDue].compactMap(\.self).min()
    }

    /// Delivers all messages that are due up to a moment, and lets the venue do what is due.
    public func advance(to now: Timestamp) {
        collectPushes(at: now)
        while let due = nextDue, due <= now {
            if let next = venue.nextDue, next <= due {
                venue.advance(to: next)
            } else {
                deliver(messages.removeFirst())
            }
            collectPushes(at: due)
        }
    }

    /// Lost, repeated, late and overtaken messages so far, by kind.
    public var faultCounts: [NetworkFaultCount] {
        tally.map { NetworkFaultCount(fault: $0.key.fault, message: $0.key.message, count: $0.value) }
            .sorted { ($0.fault.rawValue, $0.message) < ($1.fault.rawValue, $1.message) }
    }

    /// How many messages are on their way.
    public var inFlightCount: Int { messages.count }

    // MARK: Its own

    private func deliver(_ message: Message) {
        if let last = lastDelivered[message.isToVenue], last > message.number {
            count(.overtaken, message.kind)
        } else {
            lastDelivered[message.isToVenue] = message.number
        }
        switch message.body {
        case .request(let id, let request):
            guard let answer = venue.receive(request, at: message.due) else { return }
            post(.answer(id, answer, to: request.kind), process: id.process, at: message.due)
        case .answer(let id, let answer, _):
            guard message.process == process else { return count(.undeliverable, message.kind) }
            arrived.append(.answer(id, answer))
        case .push(let push):
            guard process != nil else { return count(.undeliverable, message.kind) }
            arrived.append(.push(push))
        }
    }

    private func collectPushes(at now: Timestamp) {
        for push in venue.drainPushes() { post(.push(push), process: nil, at: now) }
    }

    private func post(_ body: Body, process: Int64?, at now: Timestamp) {
        sent += 1
        let message = Message(due: now, number: sent, process: process, body: body)
        let isReport = if case .push = body { true } else { false }
        if chance.happens(perMille: isReport ? faults.reportsDroppedPerMille : faults.droppedPerMille) {
            count(.dropped, message.kind)
            return
        }
        enqueue(message, at: now)
        if chance.happens(perMille: isReport ? faults.reportsRepeatedPerMille : faults.repeatedPerMille) {
            count(.repeated, message.kind)
            enqueue(message, at: now)
        }
    }

    private func enqueue(_ message: Message, at now: Timestamp) {
        var delay = faults.delayMinNanoseconds
        if faults.delayMaxNanoseconds > delay { delay = chance.number(delay...faults.delayMaxNanoseconds) }
        let isReport = if case .push = message.body { true } else { false }
        if chance.happens(perMille: isReport ? faults.reportsLatePerMille : faults.latePerMille) {
            delay += chance.number(0...max(isReport ? faults.reportsLateMaxNanoseconds : faults.lateMaxNanoseconds, 0))
            count(.late, message.kind)
        }
        let due = now.advanced(byNanoseconds: max(delay, 0))
        let delayed = Message(due: due, number: message.number, process: message.process, body: message.body)
        // Behind those that are due at the same moment: where delays are equal, nothing overtakes.
        let place = messages.firstIndex { $0.due > due } ?? messages.endIndex
        messages.insert(delayed, at: place)
    }

    private func count(_ fault: NetworkFault, _ message: String) {
        tally[TallyKey(fault: fault, message: message), default: 0] += 1
    }
}
