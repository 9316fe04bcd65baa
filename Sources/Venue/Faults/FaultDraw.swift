import Trading

/// What goes wrong with one call, drawn before it is looked at.
struct FaultDraw: Hashable, Sendable {
    enum Trouble: Hashable, Sendable {
        case none
        /// Neither done nor answered.
        case requestLost
        /// Done and not answered.
        case answerLost
        case tooOften
        case html(isDone: Bool)
        case empty(isDone: Bool)
        case cut(isShort: Bool)
        case down(Downtime)
    }

    /// How a venue that is down shows it.
    enum Downtime: Int64, Hashable, Sendable, CaseIterable {
        case closes
        case hangs
        case badGateway
        case saysSo
    }

    let trouble: Trouble
    /// Whether an answer that does not come leaves the connection open.
    let hangs: Bool
    let delayNanoseconds: Int64

    init(_ faults: VenueFaults, startedAt: Timestamp, at now: Timestamp, _ chance: inout SplitMix64) {
        hangs = chance.happens(perMille: 500)
        delayNanoseconds = faults.delayMax > 0 ? chance.number(faults.delayMin...faults.delayMax) : 0
        if let downtime = FaultDraw.downtime(faults, startedAt: startedAt, at: now) {
            trouble = .down(downtime)
        } else if chance.happens(perMillion: faults.loseRequest) {
            trouble = .requestLost
        } else if chance.happens(perMillion: faults.often) {
            trouble = .tooOften
        } else if chance.happens(perMillion: faults.html) {
            trouble = .html(isDone: chance.happens(perMille: 500))
        } else if chance.happens(perMillion: faults.empty) {
            trouble = .empty(isDone: chance.happens(perMille: 500))
        } else if chance.happens(perMillion: faults.cut) {
            trouble = .cut(isShort: chance.happens(perMille: 500))
        } else if chance.happens(perMillion: faults.loseAnswer) {
            trouble = .answerLost
        } else {
            trouble = .none
        }
    }

    /// Whether the venue is down; in turn it closes, hangs, has a bad gateway, and says so.
    static func downtime(_ faults: VenueFaults, startedAt: Timestamp, at now: Timestamp) -> Downtime? {
        guard faults.downFor > 0 else { return nil }
        let elapsed = max(now.nanoseconds(since: startedAt), 0)
        let (round, position) = elapsed.quotientAndRemainder(dividingBy: faults.downEvery)
        guard position >= faults.downEvery - faults.downFor else { return nil }
        return Downtime(rawValue: round % Int64(Downtime.allCases.count))
    }

    /// The page that a proxy shows when what stands behind it does not answer.
    static let badGateway = VenueHTTPResponse(
        status: 502, contentType: "text/html",
        body: Array(
            "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>".utf8))
}
