import Conversation
import DequeModule
import OrderEngine
import Trading

/// What a line, or a trade of a market, has left to decide, and whose engine decides it.
struct SeatWork: Hashable {
    let seat: ExchangeID
    let input: Input
}

/// Whose lines and work wait, and whose turn is next: everybody gets turns, and nobody gets more by sending more.
///
/// Deficit round robin: whoever has taken more in one turn than a turn's worth is passed over for as many turns.
/// A pure value; its order depends only on the calls.
struct TurnRing {
    /// Who takes turns.
    enum Owner: Hashable {
        /// All sessions of an account together.
        case account(AccountID)
        /// All sessions from an address of which nobody is logged in.
        case visitors(address: String)
        /// What a trade of an exchange's market leads to.
        case market(ExchangeID)
    }

    /// What an owner does in a turn.
    enum Turn: Hashable {
        /// The next line of a session.
        case line(SessionID)
        /// What an earlier line, or a trade, has left to decide.
        case work(SeatWork)
        /// The next rows of an export.
        case export
        /// The next step of a question that reads much.
        case question
    }

    private struct Place {
        var sessions: Deque<SessionID> = []
        var work: Deque<SeatWork> = []
        var exports = 0
        var questions = 0
        /// Which of these had the last turn.
        var last = 0
        var isInRing = false
        /// Cost that was taken beyond a turn's worth, and is not worked off yet.
        var debt = 0

        var isIdle: Bool { sessions.isEmpty && work.isEmpty && exports == 0 && questions == 0 }
    }

    private var ring: Deque<Owner> = []
    private var places: [Owner: Place] = [:]
    /// Sessions that `cancel` or `panic` waits in.
    private var urgent: Deque<SessionID> = []
    /// The same sessions: each is in the queue once, however many of its lines hurry.
    private var hurrying: Set<SessionID> = []

    /// Whether anything waits for its turn.
    var isIdle: Bool { ring.isEmpty }

    /// Whether a line waits for its turn.
    var hasLines: Bool { places.contains { !$0.value.sessions.isEmpty } }

    /// The sessions whose lines wait for their turn.
    var sessions: [SessionID] { ring.flatMap { places[$0]?.sessions ?? [] } }

    mutating func add(_ session: SessionID, isUrgent: Bool, of owner: Owner) {
        enter(owner) { $0.sessions.append(session) }
        if isUrgent, hurrying.insert(session).inserted { urgent.append(session) }
    }

    mutating func add(_ work: SeatWork, of owner: Owner) { enter(owner) { $0.work.append(work) } }

    /// Puts back what is left of a trade: the trades that were told after it wait for it.
    mutating func addFirst(_ trade: SeatWork) { enter(.market(trade.seat)) { $0.work.prepend(trade) } }

    mutating func addExport(of owner: Owner) { enter(owner) { $0.exports += 1 } }

    mutating func addQuestion(of owner: Owner) { enter(owner) { $0.questions += 1 } }

    /// Whether orders of an account are left to take off.
    func isTakingOff(_ account: AccountID) -> Bool {
        places[.account(account)]?.work.contains { if case .takeOff = $0.input { true } else { false } } ?? false
    }

    /// Whether a trade of an exchange's market has not done all that it leads to.
    func isMarketBusy(_ exchange: ExchangeID) -> Bool { !(places[.market(exchange)]?.work.isEmpty ?? true) }

    /// The trades of an exchange that have not done all that they lead to, in the order in which they were told.
    func tradesLeft(_ exchange: ExchangeID) -> [MarketTrade] {
        places[.market(exchange)]?.work.compactMap { if case .marketTrade(let trade) = $0.input { trade } else { nil } }
            ?? []
    }

    mutating func removeAll() {
        for owner in ring {
            places[owner]?.sessions.removeAll()
            places[owner]?.work.removeAll()
            places[owner]?.exports = 0
            places[owner]?.questions = 0
            leave(owner)
        }
        ring.removeAll()
        urgent.removeAll()
        hurrying.removeAll()
    }

    // MARK: Turns

    /// How a session goes on that `cancel` or `panic` waits in.
    enum Lane {
        /// Its next line is one of these.
        case first(Owner)
        /// Its next line is one before these: it goes first where its owner owes nothing.
        case firstUnlessOwing(Owner)
        /// Nothing hurries in it any more.
        case none
    }

    /// Takes out the sessions that `cancel` or `panic` waits in and that go first, one of each owner; each still waits for its
    /// turn as well. The others stay for the next batch.
    mutating func takeUrgent(lane: (SessionID) -> Lane) -> [(SessionID, Owner)] {
        guard !urgent.isEmpty else { return [] }
        var served: Set<Owner> = []
        var first: [(SessionID, Owner)] = []
        var later: Deque<SessionID> = []
        for session in urgent {
            switch lane(session) {
            case .none: continue
            case .firstUnlessOwing(let owner) where places[owner]?.debt ?? 0 > 0: later.append(session)
            case .first(let owner), .firstUnlessOwing(let owner):
                if served.insert(owner).inserted { first.append((session, owner)) } else { later.append(session) }
            }
        }
        urgent = later
        hurrying = Set(later)
        return first
    }

    /// Those that the batch had no room for are the first of the next one.
    mutating func putBack(urgent sessions: [SessionID]) {
        urgent.prepend(contentsOf: sessions.filter { hurrying.insert($0).inserted })
    }

    /// How many sessions have something that hurries.
    var urgentCount: Int { urgent.count }

    /// Takes a session out whose line is taken before its turn. False where it does not wait.
    mutating func take(_ session: SessionID, of owner: Owner) -> Bool {
        guard let index = places[owner]?.sessions.firstIndex(of: session) else { return false }
        places[owner]?.sessions.remove(at: index)
        return true
    }

    /// The owner whose turn it is, where `share` is a turn's worth of cost. Whoever owes is passed over, and owes a turn's worth
    /// less; where all owe, all are forgiven as much as the one with the least owes.
    mutating func next(share: Int) -> Owner? {
        var passed = 0
        while let owner = ring.popFirst() {
            guard let place = places[owner], !place.isIdle else {
                leave(owner)
                continue
            }
            ring.append(owner)
            guard place.debt > 0 else { return owner }
            places[owner]?.debt = max(0, place.debt - share)
            passed += 1
            if passed == ring.count {
                forgiveLeast()
                passed = 0
            }
        }
        places.removeAll()
        return nil
    }

    /// Gives back a turn that is not taken now: it is the next one.
    mutating func giveBack(_ owner: Owner) {
        guard ring.last == owner else { return }
        ring.removeLast()
        ring.prepend(owner)
    }

    private mutating func forgiveLeast() {
        let least = ring.reduce(Int.max) { min($0, places[$1]?.debt ?? 0) }
        guard least > 0 else { return }
        for owner in ring { places[owner]?.debt -= least }
    }

    /// What the owner does next; nil where nothing of it waits. Its lines, its work, its exports and its questions take turns.
    mutating func takeTurn(of owner: Owner) -> Turn? {
        guard var place = places[owner] else { return nil }
        defer { places[owner] = place }
        for _ in 0..<4 {
            place.last = (place.last + 1) % 4
            switch place.last {
            case 0: if let work = place.work.popFirst() { return .work(work) }
            case 1: if let session = place.sessions.popFirst() { return .line(session) }
            case 2:
                if place.exports > 0 {
                    place.exports -= 1
                    return .export
                }
            default:
                if place.questions > 0 {
                    place.questions -= 1
                    return .question
                }
            }
        }
        return nil
    }

    /// Counts what a turn has cost, where `share` is a turn's worth.
    mutating func charge(_ owner: Owner, _ cost: Int, share: Int) {
        guard cost > share else { return }
        places[owner, default: Place()].debt += cost - share
    }

    private mutating func enter(_ owner: Owner, _ change: (inout Place) -> Void) {
        change(&places[owner, default: Place()])
        guard places[owner]?.isInRing == false else { return }
        places[owner]?.isInRing = true
        ring.append(owner)
    }

    /// An owner of whom nothing waits leaves the ring, and what it owes stays until others have had their turns.
    private mutating func leave(_ owner: Owner) {
        places[owner]?.isInRing = false
        if places[owner]?.debt ?? 0 <= 0 { places[owner] = nil }
    }
}
