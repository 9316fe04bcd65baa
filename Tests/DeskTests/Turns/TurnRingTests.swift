import Conversation
import OrderEngine
import Testing
import Trading

@testable import Desk

/// Turns go round by whose they are, whatever anybody sends.
@Suite struct TurnRingTests {
    private func work(_ order: UInt64) -> SeatWork { SeatWork(seat: .paper, input: .settle(OrderID(order))) }

    private static let ann = TurnRing.Owner.account(AccountID(1))
    private static let ben = TurnRing.Owner.account(AccountID(2))

    private func session(_ number: UInt64) -> SessionID { SessionID(rawValue: number) }

    /// The owners of the next turns, each of which costs as much as is said.
    private func turns(_ ring: inout TurnRing, _ count: Int, costing cost: (TurnRing.Owner) -> Int) -> [TurnRing.Owner]
    {
        var taken: [TurnRing.Owner] = []
        while taken.count < count, let owner = ring.next(share: 10) {
            guard ring.takeTurn(of: owner) != nil else { continue }
            ring.charge(owner, cost(owner), share: 10)
            taken.append(owner)
        }
        return taken
    }

    @Test func `sixteen sessions of one account get as many turns as one of another`() {
        var ring = TurnRing()
        for number in 1...16 { ring.add(session(UInt64(number)), isUrgent: false, of: TurnRingTests.ann) }
        for _ in 1...4 { ring.add(work(1), of: TurnRingTests.ben) }
        #expect(
            turns(&ring, 8) { _ in 1 } == [
                TurnRingTests.ann, TurnRingTests.ben, TurnRingTests.ann, TurnRingTests.ben, TurnRingTests.ann,
                TurnRingTests.ben, TurnRingTests.ann, TurnRingTests.ben,
            ])
    }

    @Test func `whoever takes five turns' worth in one is passed over until the others have had theirs`() {
        var ring = TurnRing()
        for _ in 1...20 {
            ring.add(work(1), of: TurnRingTests.ann)
            ring.add(work(2), of: TurnRingTests.ben)
        }
        let taken = turns(&ring, 24) { $0 == TurnRingTests.ann ? 50 : 10 }
        // Ann's turns cost 50 and Ben's 10: the cost comes out even.
        #expect(taken.count { $0 == TurnRingTests.ann } == 4, "\(taken)")
    }

    @Test func `what somebody owes is not forgotten by leaving while others wait`() {
        var ring = TurnRing()
        ring.add(work(1), of: TurnRingTests.ann)
        for _ in 1...9 { ring.add(work(2), of: TurnRingTests.ben) }
        #expect(turns(&ring, 1) { _ in 40 } == [TurnRingTests.ann])
        #expect(turns(&ring, 1) { _ in 10 } == [TurnRingTests.ben])
        ring.add(work(1), of: TurnRingTests.ann)
        #expect(turns(&ring, 4) { _ in 10 }.prefix(3).allSatisfy { $0 == TurnRingTests.ben })
    }

    @Test func `who is alone is never kept waiting by what they owe`() {
        var ring = TurnRing()
        for _ in 1...3 { ring.add(work(1), of: TurnRingTests.ann) }
        #expect(turns(&ring, 3) { _ in 1_000 }.count == 3)
        #expect(ring.next(share: 10) == nil && ring.isIdle)
    }

    @Test func `of each owner one session with a cancel or a panic goes first`() {
        var ring = TurnRing()
        ring.add(session(1), isUrgent: false, of: TurnRingTests.ann)
        ring.add(session(2), isUrgent: true, of: TurnRingTests.ann)
        ring.add(session(3), isUrgent: true, of: TurnRingTests.ann)
        ring.add(session(4), isUrgent: true, of: TurnRingTests.ben)
        let owners = [1: TurnRingTests.ann, 2: TurnRingTests.ann, 3: TurnRingTests.ann, 4: TurnRingTests.ben]
        let lane: (SessionID) -> TurnRing.Lane = { owners[Int($0.rawValue)].map { .first($0) } ?? .none }
        #expect(ring.takeUrgent(lane: lane).map(\.0) == [session(2), session(4)])
        // The other one of Ann's is the first of the next batch.
        #expect(ring.takeUrgent(lane: lane).map(\.0) == [session(3)])
        #expect(ring.takeUrgent(lane: lane).isEmpty)
    }

    @Test func `a session hurries once, however many of its lines do`() {
        var ring = TurnRing()
        for _ in 1...5 {
            ring.add(session(1), isUrgent: true, of: TurnRingTests.ann)
            let isTaken = ring.take(session(1), of: TurnRingTests.ann)
            #expect(isTaken)
        }
        #expect(ring.urgentCount == 1)
        let first = ring.takeUrgent { _ in .first(TurnRingTests.ann) }
        #expect(ring.urgentCount == 0)
        ring.add(session(1), isUrgent: true, of: TurnRingTests.ann)
        ring.putBack(urgent: first.map(\.0))
        #expect(ring.urgentCount == 1)
    }

    @Test func `what waits before a cancel goes first only where its owner owes nothing`() {
        var ring = TurnRing()
        ring.add(session(1), isUrgent: true, of: TurnRingTests.ann)
        ring.charge(TurnRingTests.ann, 50, share: 10)
        #expect(ring.takeUrgent { _ in .firstUnlessOwing(TurnRingTests.ann) }.isEmpty)
        #expect(ring.takeUrgent { _ in .first(TurnRingTests.ann) }.map(\.0) == [session(1)])
        ring.add(session(1), isUrgent: true, of: TurnRingTests.ann)
        #expect(ring.takeUrgent { _ in .none }.isEmpty)
    }
}
