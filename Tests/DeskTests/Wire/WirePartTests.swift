import Exchange
import Testing
import Trading

@testable import Desk

private let start = Timestamp(seconds: 1_756_576_800)

private func at(_ seconds: Int64) -> Timestamp { start.advanced(bySeconds: seconds) }

@Suite struct DeadlinesTests {
    @Test func `what is due comes out in order, and what has moved only when it is due now`() {
        var deadlines = Deadlines<Int>()
        for (key, seconds) in [(1, 5), (2, 3), (3, 3), (4, 1)] { deadlines.set(key, to: at(Int64(seconds))) }
        deadlines.set(4, to: at(9))
        deadlines.remove(2)
        #expect(deadlines.next == at(3) && deadlines.count == 3)
        #expect(deadlines.popDue(by: at(2)) == nil)
        #expect(deadlines.popDue(by: at(5)) == 3)
        #expect(deadlines.popDue(by: at(5)) == 1)
        #expect(deadlines.popDue(by: at(8)) == nil)
        #expect(deadlines.next == at(9))
    }

    @Test func `one that is moved ten thousand times leaves nothing behind`() {
        var deadlines = Deadlines<Int>()
        deadlines.set(0, to: at(0))
        for step in 1...10_000 { deadlines.set(1, to: at(Int64(step))) }
        #expect(deadlines.popDue(by: at(20_000)) == 0)
        #expect(deadlines.popDue(by: at(20_000)) == 1)
        #expect(deadlines.popDue(by: at(20_000)) == nil)
        #expect(deadlines.next == nil)
    }
}

@Suite struct AnswerWatchTests {
    private static func order(_ id: UInt64) -> NewOrder {
        NewOrder(
            clientOrderID: ClientOrderID(order: OrderID(id), attempt: 1), account: AccountID(1), pair: "btc_usd",
            side: .buy, quantity: 1, price: .limit(200), lifetime: .rest)
    }

    private static let status = OrderRequest.status(
        SentOrder(order(1), exchangeOrderID: nil, sentAt: start))

    @Test func `a place is waited for once, a question for ever and twice as long each time`() {
        var watch = AnswerWatch(answerSeconds: 10, askAgainSeconds: 60)
        watch.sent(.place(Self.order(1)), at: start)
        #expect(watch.popDue(by: at(9)) == nil)
        #expect(watch.popDue(by: at(10)) == AnswerWatch.Key(order: OrderID(1), kind: .place))
        #expect(watch.next == nil)
        var asked: [Int64] = []
        var now = start
        for _ in 0..<6 {
            watch.sent(Self.status, at: now)
            let due = watch.next ?? now
            asked.append(due.nanoseconds(since: now) / Timestamp.nanosecondsPerSecond)
            now = due
            let popped = watch.popDue(by: now)
            #expect(popped?.kind == .status)
        }
        #expect(asked == [10, 20, 40, 60, 60, 60])
    }

    @Test func `an answer ends the waiting, and the next question begins anew`() {
        var watch = AnswerWatch(answerSeconds: 10, askAgainSeconds: 60)
        watch.sent(Self.status, at: start)
        watch.sent(Self.status, at: at(1))
        watch.answered(.status, of: OrderID(1))
        #expect(!watch.isAwaiting(.status, of: OrderID(1)) && watch.next == nil)
        watch.sent(Self.status, at: at(2))
        #expect(watch.next == at(12))
    }

    @Test func `a question that is said to be lost is asked again sooner than in silence`() {
        var watch = AnswerWatch(answerSeconds: 10, askAgainSeconds: 60)
        watch.sent(Self.status, at: start)
        watch.statusLost(of: OrderID(1), at: at(1))
        #expect(watch.next == at(2))
        watch.statusLost(of: OrderID(2), at: at(1))
        #expect(!watch.isAwaiting(.status, of: OrderID(2)))
    }
}

@Suite struct FillSweepTests {
    private static func page(upTo end: String, hasMore: Bool = false) -> FillPage {
        FillPage([], end: place(end), hasMore: hasMore)
    }

    private static func place(_ text: String) -> HistoryCursor {
        guard let place = HistoryCursor(text) else { preconditionFailure("\(text) is no place") }
        return place
    }

    @Test func `the first sweep reads page by page to the end, and that is where the next begins`() {
        var sweep = FillSweep(overlapSeconds: 60, through: nil, isFirst: true)
        #expect(sweep.begin() == nil)
        #expect(sweep.took(Self.page(upTo: "c", hasMore: true), isHeld: false) == Self.place("c"))
        #expect(sweep.took(Self.page(upTo: "a"), isHeld: false) == nil)
        let hasMoved = sweep.end(at: start)
        #expect(hasMoved && sweep.through == Self.place("a") && !sweep.isFirst)
        #expect(sweep.begin() == Self.place("a"))
    }

    @Test func `an account without fills has been read as well`() {
        var sweep = FillSweep(overlapSeconds: 60, through: nil, isFirst: true)
        _ = sweep.begin()
        #expect(sweep.took(Self.page(upTo: "0"), isHeld: false) == nil)
        let hasMoved = sweep.end(at: start)
        #expect(hasMoved && sweep.through == Self.place("0"))
    }

    @Test func `an exchange that tells the same page again has no more`() {
        var sweep = FillSweep(overlapSeconds: 60, through: Self.place("5"), isFirst: false)
        _ = sweep.begin()
        #expect(sweep.took(Self.page(upTo: "7", hasMore: true), isHeld: false) == Self.place("7"))
        #expect(sweep.took(Self.page(upTo: "7", hasMore: true), isHeld: false) == nil)
    }

    @Test func `the cursor follows a sweep only when nothing before it can be late any more`() {
        var sweep = FillSweep(overlapSeconds: 60, through: Self.place("5"), isFirst: false)
        for (seconds, last, moved) in [(0, 7, false), (30, 8, false), (60, 9, true), (90, 9, false), (120, 9, true)] {
            #expect(sweep.begin() == Self.place(seconds <= 60 ? "5" : "7"))
            _ = sweep.took(Self.page(upTo: "\(last)"), isHeld: false)
            #expect(sweep.end(at: at(Int64(seconds))) == moved, "after \(seconds) s")
        }
        #expect(sweep.through == Self.place("9"))
    }

    @Test func `a fill that may be anybody's holds the cursor`() {
        var sweep = FillSweep(overlapSeconds: 60, through: Self.place("5"), isFirst: false)
        for (seconds, isHeld) in [(0, false), (50, true), (70, false), (100, false)] {
            _ = sweep.begin()
            _ = sweep.took(Self.page(upTo: "7"), isHeld: isHeld)
            let hasMoved = sweep.end(at: at(Int64(seconds)))
            #expect(!hasMoved, "after \(seconds) s")
        }
        _ = sweep.begin()
        _ = sweep.took(Self.page(upTo: "7"), isHeld: false)
        let hasMoved = sweep.end(at: at(130))
        #expect(hasMoved && sweep.through == Self.place("7"))
    }
}

@Suite struct ToldFillTests {
    private static func name(_ number: UInt64, _ pair: Pair? = nil) -> FillName {
        FillName(pair: pair, id: FillID(number))
    }

    @Test func `of too many fills the first told are forgotten first`() {
        var told = ToldFills()
        for number in [9, 7, 8, 7, 9] as [UInt64] { told.insert(Self.name(number), most: 2) }
        #expect(!told.contains(Self.name(8)) || !told.contains(Self.name(7)))
        #expect(told.contains(Self.name(9)))
        told.insert(Self.name(1), most: 2)
        #expect(told.contains(Self.name(1)) && told.contains(Self.name(9)) && !told.contains(Self.name(7)))
    }

    @Test func `fills of two pairs that count by themselves are two`() {
        var told = ToldFills()
        told.insert(Self.name(1, "btc_usd"), most: 9)
        #expect(!told.contains(Self.name(1, "ltc_usd")) && told.contains(Self.name(1, "btc_usd")))
    }

    @Test func `a fill that a whole sweep has not met is seen for the first time again`() {
        var told = ForeignTold()
        told.sweepBegins()
        for number in [1, 2] as [UInt64] { _ = told.firstSight(of: Self.name(number), at: start, most: 9) }
        told.forgetUnseenSights()
        told.sweepBegins()
        #expect(told.firstSight(of: Self.name(2), at: at(5), most: 9) == start)
        told.forgetUnseenSights()
        told.sweepBegins()
        #expect(told.firstSight(of: Self.name(1), at: at(9), most: 9) == at(9))
        #expect(told.firstSight(of: Self.name(2), at: at(9), most: 9) == start)
    }
}

@Suite struct BalanceCheckTests {
    private static let told = [CoinBalance(coin: "usd", free: 5, held: 0)]

    @Test(
        arguments: [
            // activity when answered, number of the sweep, activity when swept; may it be booked?
            (1, 4, 1, true), (2, 4, 2, false), (1, 3, 1, false), (1, 4, 2, false), (1, 5, 1, true),
        ] as [(UInt64, Int, UInt64, Bool)])
    func `a difference is booked only after a sweep that began later, with nothing new`(
        answered: UInt64, sweep: Int, swept: UInt64, isBooked: Bool
    ) {
        var check = BalanceCheck(dueAt: start)
        check.asked(activity: 1, at: start)
        _ = check.answered(Self.told, activity: answered, sweepsBegun: 3)
        let booked = check.swept(sweep, activity: swept)
        #expect((booked != nil) == isBooked)
    }

    @Test func `what is wanted while an answer is awaited is asked for again at once`() {
        var check = BalanceCheck(dueAt: start)
        check.asked(activity: 1, at: start)
        check.want(at: at(1))
        check.settle(nextAt: at(100), now: at(2))
        #expect(check.isKnown && check.dueAt == at(2))
        check.asked(activity: 1, at: start)
        check.settle(nextAt: at(100), now: at(3))
        #expect(check.dueAt == at(100))
        check.want(at: at(4))
        #expect(check.dueAt == at(4))
    }
}

@Suite struct TaggedWorkTests {
    @Test func `what a line has set going is read back as it was written`() {
        for text in [
            "placed 41\n41-43\nthe price is rounded", "placed 1\n1", "canceled 3 7\n3-5 7",
            "canceled 3\n3\nbtce it is away, for now",
        ] {
            #expect(TaggedWork(text: text)?.text == text)
        }
        for text in ["", "placed\n1", "sold 1\n1", "placed 1"] { #expect(TaggedWork(text: text) == nil) }
    }
}
