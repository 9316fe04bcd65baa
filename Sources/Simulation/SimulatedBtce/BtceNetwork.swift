import BtceExchange
import Exchange
import Trading
import Venue

/// A request on its way to the venue.
struct BtceTraveler {
    let life: Int
    let number: UInt64
    let request: VenueHTTPRequest
    /// Whether the client hears what the venue says to it: of two copies it hears one.
    let isHeard: Bool
    /// Whether the venue finds it to be one too many, and does not read it: the same came a moment ago.
    var isThrottled = false
}

/// What the network does to requests over HTTP and their answers. Rates are per mille.
struct BtceNetworkFaults {
    var delayMilliseconds = 1
    var notConnectedPermille = 0
    var lostPermille = 0
    var answerLostPermille = 0
    /// Requests that somebody in between sends twice.
    var copiedPermille = 0
    var latePermille = 0
    var lateMilliseconds = 1
    var timeoutMilliseconds = 8_000
    var nonceStoreFailsPermille = 0

    static let none = BtceNetworkFaults()

    static func drawn(_ chance: inout SplitMix64) -> BtceNetworkFaults {
        BtceNetworkFaults(
            delayMilliseconds: chance.within(1...400), notConnectedPermille: chance.within(0...60),
            lostPermille: chance.within(0...80), answerLostPermille: chance.within(0...80),
            copiedPermille: chance.within(0...60), latePermille: chance.within(0...60),
            lateMilliseconds: chance.within(1...30_000), timeoutMilliseconds: chance.pick([2_000, 8_000]),
            nonceStoreFailsPermille: chance.pick([0, 0, 50]))
    }
}

extension VenueFaults {
    static func drawn(_ chance: inout SplitMix64) -> VenueFaults {
        var faults = VenueFaults()
        func rate(_ most: Int) -> Int { chance.within(0...most) * 1_000 }
        (faults.loseAnswer, faults.loseRequest) = (rate(60), rate(40))
        (faults.html, faults.empty, faults.cut, faults.often) = (rate(40), rate(30), rate(40), rate(30))
        (faults.cancelElsewhere, faults.partial) = (rate(10), rate(200))
        faults.delayMax = Int64(chance.pick([1, 200, 2_000])) * 1_000_000
        if chance.permille(300) {
            faults.downEvery = Int64(chance.within(3...20)) * 1_000_000_000
            faults.downFor = faults.downEvery / Int64(chance.within(2...6))
        }
        return faults
    }
}

extension SimulatedBtce {
    /// Now, where the adapter has something to do.
    var nextDue: Timestamp? {
        [messages.nextTime, link?.gateway.nextDue].compactMap(\.self).min().map { max($0, clock) }
    }

    func advance(to now: Timestamp) -> [ExchangeReport] {
        var reports: [ExchangeReport] = []
        var idleTurns = 0
        while let due = nextDue, due <= now {
            clock = due
            var hasArrived = false
            if let next = messages.nextTime, next <= due, let (_, message) = messages.popFirst() {
                deliver(message)
                hasArrived = true
            }
            guard let link else { continue }
            for place in link.takePlaces() { sent.asked(place.account, place.order) }
            let turn = link.gateway.work(at: clock)
            for (number, request) in turn.requests { send(number, request) }
            reports += turn.reports
            idleTurns = hasArrived || !turn.isEmpty ? 0 : idleTurns + 1
            if idleTurns > 1_000 {
                broken = Violation(.comesToRest, "the adapter wants to work at \(clock) for ever, and does nothing")
                break
            }
        }
        clock = max(clock, now)
        return reports
    }

    // MARK: On the way

    private func later(_ milliseconds: Int) -> Timestamp {
        clock.advanced(byNanoseconds: Int64(chance.within(0...milliseconds)) * 1_000_000 + Int64(chance.below(999_999)))
    }

    private func send(_ number: UInt64, _ request: HTTPRequest) {
        underWay.insert(number)
        let traveling = VenueHTTPRequest(request)
        if let violation = sent.sends(traveling, accounts) { broken = violation }
        if chance.permille(faults.notConnectedPermille) {
            count("network: not connected")
            return end(number, .failure(HTTPFailure(.couldNotConnect, .neverSent)), at: later(faults.delayMilliseconds))
        }
        let timeout = clock.advanced(byNanoseconds: Int64(faults.timeoutMilliseconds) * 1_000_000)
        end(number, .failure(HTTPFailure(.timedOut, .mayHaveArrived)), at: timeout)
        if chance.permille(faults.lostPermille) { return count("network: request lost") }
        let isCopied = chance.permille(faults.copiedPermille)
        let isFirstHeard = !isCopied || chance.permille(500)
        travel(BtceTraveler(life: life, number: number, request: traveling, isHeard: isFirstHeard))
        guard isCopied else { return }
        count("network: request copied")
        let copy = BtceTraveler(
            life: life, number: number, request: traveling, isHeard: !isFirstHeard, isThrottled: chance.permille(300))
        travel(copy)
    }

    private func travel(_ traveler: BtceTraveler) {
        var due = later(faults.delayMilliseconds)
        if chance.permille(faults.latePermille) {
            count("network: request late")
            due = later(faults.lateMilliseconds)
        }
        messages.add(.request(traveler), at: due)
    }

    private func end(_ number: UInt64, _ outcome: HTTPOutcome, at time: Timestamp) {
        messages.add(.outcome(life: life, number: number, outcome), at: time)
    }

    private func deliver(_ message: Message) {
        switch message {
        case .outcome(let life, let number, let outcome):
            guard life == self.life, underWay.remove(number) != nil else { return }
            link?.gateway.answered(number, outcome, at: clock)
        case .request(let traveler):
            let reaction = traveler.isThrottled ? .tooOften : venue.react(to: traveler.request, at: clock)
            countElsewhere(traveler.request)
            guard traveler.isHeard, traveler.life == life, let outcome = outcome(of: reaction) else { return }
            if chance.permille(faults.answerLostPermille) { return count("network: answer lost") }
            var due = later(faults.delayMilliseconds)
            if case .answer(_, let delay) = reaction { due = due.advanced(byNanoseconds: delay) }
            messages.add(.outcome(life: life, number: traveler.number, outcome), at: due)
        }
    }

    /// What a call did that nobody had asked it for.
    private func countElsewhere(_ request: VenueHTTPRequest) {
        let isCancel = String(decoding: request.body, as: UTF8.self).contains("CancelOrder")
        for record in venue.drainRecords() {
            switch record.entry {
            case .cancel where !isCancel: count("venue: canceled elsewhere")
            case .take: count("venue: took a part")
            default: break
            }
        }
    }

    /// What the client hears; nil where it hears nothing until it gives up.
    private func outcome(of reaction: VenueReaction) -> HTTPOutcome? {
        switch reaction {
        case .answer(let response, _):
            guard response.announcedLength <= response.body.count else {
                count("venue: answer cut")
                return .failure(HTTPFailure(.connectionLost, .mayHaveArrived))
            }
            return .success(HTTPResponse(status: response.status, body: response.body))
        case .close:
            count("venue: closed")
            return .failure(HTTPFailure(.connectionLost, .mayHaveArrived))
        case .hang:
            count("venue: hung")
            return nil
        }
    }
}

extension VenueReaction {
    fileprivate static let tooOften = VenueReaction.answer(
        VenueHTTPResponse(body: Array(#"{"success":0,"error":"Requests too often"}"#.utf8)), afterNanoseconds: 0)
}

extension VenueHTTPRequest {
    /// As it comes out of a socket.
    init(_ request: HTTPRequest) {
        let path = request.url.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" }
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let headers = request.headers.map { Header($0.name, $0.value) }
        let (method, body): (String, [UInt8]) =
            switch request.method {
            case .get: ("GET", [])
            case .post(let body): ("POST", body)
            }
        self.init(method, parts.first ?? "/", query: parts.count > 1 ? parts[1] : "", headers: headers, body: body)
    }
}

/// What was ever sent to the venue, whoever lived then.
struct SentToBtce {
    private var nonces: [String: UInt64] = [:]
    private var places: [AccountID: Set<ClientOrderID>] = [:]
    private var trades: [AccountID: Int] = [:]

    mutating func asked(_ account: AccountID, _ order: ClientOrderID) { places[account, default: []].insert(order) }

    /// Each nonce of a key is above all that were sent before, and no more orders are sent than the desk has asked for.
    mutating func sends(_ request: VenueHTTPRequest, _ accounts: [AccountID]) -> Violation? {
        guard let key = request.header("Key") else { return nil }
        var form: [Substring: Substring] = [:]
        for field in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let sides = field.split(separator: "=", maxSplits: 1)
            if sides.count == 2 { form[sides[0]] = sides[1] }
        }
        let nonce = form["nonce"].flatMap { UInt64($0) } ?? 0
        if let last = nonces[key], nonce <= last {
            return Violation(.noncesGrow, "the nonce \(nonce) of \(key) was sent after \(last)")
        }
        nonces[key] = nonce
        guard form["method"] == "Trade", let index = accounts.indices.first(where: { SimulatedBtce.key($0 + 1) == key })
        else { return nil }
        let account = accounts[index]
        trades[account, default: 0] += 1
        let (sent, asked) = (trades[account] ?? 0, places[account]?.count ?? 0)
        return sent > asked
            ? Violation(.onePlacement, expected: "at most \(asked)", found: sent, "orders sent for \(account)") : nil
    }
}
