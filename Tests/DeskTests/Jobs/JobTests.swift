import Conversation
import Exchange
import Ledger
import Testing
import Trading

@testable import Desk

@Suite struct JobBookTests {
    private let start = Timestamp(seconds: 1_756_576_800)

    @Test func `a job is told by how it last went, and how often it went wrong`() {
        var book = JobBook()
        #expect(book[.tickers] == JobBook.Entry())
        book.ended(.tickers, at: start, tookNanoseconds: 35)
        book.ended(.tickers, at: start.advanced(bySeconds: 1), tookNanoseconds: 50, error: "down")
        book.ended(.tickers, at: start.advanced(bySeconds: 2), tookNanoseconds: -1)
        #expect(
            book[.tickers]
                == JobBook.Entry(
                    lastEndedAt: start.advanced(bySeconds: 2), lastTookNanoseconds: 0, runs: 3, failures: 1,
                    lastError: "down", lastErrorAt: start.advanced(bySeconds: 1)))
        #expect(book[.fills] == JobBook.Entry())
    }

    @Test func `what others say is not remembered at any length`() {
        var book = JobBook()
        book.ended(.funds, at: start, tookNanoseconds: 0, error: String(repeating: "x", count: 5_000))
        #expect(book[.funds].lastError?.count == 200)
    }

    @Test(
        arguments: [
            (nil, "no answer in time"), (.lost, "the answer was lost"),
            (.refused(.exchangeUnavailable, reason: "down"), "exchange_unavailable: down"), (.balances([]), nil),
        ] as [(ExchangeAnswer?, String?)])
    func `an answer says how its question went`(answer: ExchangeAnswer?, error: String?) {
        var questions = Questions(answerSeconds: 10, startedAt: start)
        let id = questions.ask(.balances(AccountID(1)), at: start)
        var book = JobBook()
        let question = questions.answered(id)
        if let question { book.answered(question, answer, at: start.advanced(byNanoseconds: 4_000)) }
        #expect(book[.funds].runs == 1 && book[.funds].lastTookNanoseconds == 4_000)
        #expect(book[.funds].lastError == error)
    }
}

@Suite struct JobsOverTheWireTests {
    @Test func `each question to the exchange counts, and one that is not answered in time is a failure`() throws {
        let bench = try WireBench()
        bench.exchange.habits.delayMillisecondsMax = 80
        bench.reconcile()
        bench.pass(seconds: 20)
        let jobs = try #require(bench.desk?.firstSeat.jobs)
        for job in [JobBook.Job.pairs, .tickers, .openOrders, .fills, .funds] {
            #expect(jobs[job].runs > 0 && jobs[job].failures == 0, "\(job)")
        }
        #expect(jobs[.tickers].runs >= 9)
        #expect(jobs[.tickers].lastTookNanoseconds <= 200_000_000)
        bench.exchange.isDeaf = true
        bench.pass(seconds: 30)
        let later = try #require(bench.desk?.firstSeat.jobs)
        #expect(later[.tickers].failures > 0 && later[.tickers].lastError == "no answer in time")
        #expect(later[.tickers].lastTookNanoseconds >= 10_000_000_000)
    }

    @Test func `prices are stored on the interval's multiples, but none that is too old to trade by`() throws {
        let bench = try WireBench()
        bench.configuration.limits.tickerStoreSeconds = 60
        try bench.restart()
        bench.reconcile()
        // 2025-08-30 18:00 UTC.
        let start = Timestamp(seconds: 1_756_576_800)
        while bench.now < start.advanced(bySeconds: 301) { bench.pass(seconds: 1) }
        func stored() throws -> [Int64] {
            try #require(bench.desk).ledger.prices(
                of: "btc_usd", at: "lossy", since: start, until: start.advanced(bySeconds: 9_000)
            )
            .map { $0.at.nanoseconds(since: start) / Timestamp.nanosecondsPerSecond }
        }
        #expect(try stored() == [60, 120, 180, 240, 300])
        bench.exchange.isDeaf = true
        for _ in 0..<300 { bench.pass(seconds: 1) }
        #expect(try stored() == [60, 120, 180, 240, 300])
        #expect(bench.desk?.upkeep.jobs[.tickerStore].runs == 10)
        #expect(bench.desk?.upkeep.jobs[.tickerThinning].runs == 1)
    }

    @Test func `prices become coarser with their age`() throws {
        let bench = try WireBench()
        bench.configuration.limits.tickerPointsDays = 1
        bench.configuration.limits.tickerHoursDays = 2
        bench.configuration.limits.tickerSeconds = 20
        bench.configuration.limits.openOrdersSeconds = 30
        try bench.restart()
        bench.reconcile()
        let start = bench.now
        while bench.now < start.advanced(bySeconds: 4 * 86_400) { bench.pass(seconds: 60) }
        let points = try #require(bench.desk).ledger.prices(
            of: "btc_usd", at: "lossy", since: start.advanced(bySeconds: -86_400), until: bench.now)
        let gaps = zip(points.dropFirst(), points).map { $0.at.nanoseconds(since: $1.at) / 1_000_000_000 }
        // Days first, then hours, then points: never the other way.
        #expect(gaps.first == 86_400 && gaps.contains(3_600) && gaps.last == 240)
        #expect(zip(gaps.dropFirst(), gaps).allSatisfy { $0 <= $1 || $1 > 240 })
        // A day of points, and at most an hour more until the next look.
        #expect((360...376).contains(gaps.count { $0 == 240 }), "\(gaps.count { $0 == 240 })")
        #expect((21...26).contains(gaps.count { $0 == 3_600 }), "\(gaps.count { $0 == 3_600 })")
    }

    @Test func `checkpoints of the log are noticed`() throws {
        let bench = try WireBench()
        bench.configuration.limits.checkpointPages = 5
        try bench.restart()
        bench.reconcile()
        bench.pass(seconds: 30)
        #expect(try #require(bench.desk).upkeep.jobs[.checkpoints].runs > 0)
        #expect(bench.desk?.upkeep.jobs[.checkpoints].lastError == nil)
    }
}
