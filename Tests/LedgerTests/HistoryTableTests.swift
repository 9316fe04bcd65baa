import GRDB
import OrderEngine
import Testing
import Trading

@testable import Ledger

/// What the histories read: changes of funds, alerts, and what accounts had.
@Suite struct HistoryTableTests {
    private let account = AccountID(1)

    private func adjustment(_ amount: Int64, at: Int64, account: Int64 = 1) -> FundsAdjustment {
        FundsAdjustment(
            account: AccountID(account), coin: "usd", amount: ExactDecimal(Int(amount)), reason: .deposit,
            at: Timestamp(seconds: at))
    }

    @Test func `changes of funds by account, time and number, from either end`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for number in 1...6 as ClosedRange<Int64> {
                try transaction.append(.fundsAdjusted(adjustment(number, at: number * 10)), of: .paper)
                try transaction.append(.fundsAdjusted(adjustment(99, at: number * 10, account: 2)), of: .paper)
                try transaction.append(.orderPlaced(Samples.order(UInt64(number))), of: .paper)
            }
        }
        func amounts(_ filter: AdjustmentFilter) throws -> [String] {
            try ledger.adjustments(account, filter).map { "\($0.number):\($0.adjustment.amount)" }
        }
        #expect(try amounts(AdjustmentFilter(limit: 2)) == ["16:6", "13:5"])
        #expect(try amounts(AdjustmentFilter(limit: 2, oldestFirst: true)) == ["1:1", "4:2"])
        #expect(
            try amounts(AdjustmentFilter(since: Timestamp(seconds: 20), until: Timestamp(seconds: 40), limit: 9))
                == ["7:3", "4:2"])
        #expect(
            try amounts(AdjustmentFilter(from: RecordNumber(4), to: RecordNumber(10), limit: 9, oldestFirst: true))
                == ["4:2", "7:3", "10:4"])
        #expect(try ledger.adjustments(AccountID(3), AdjustmentFilter(limit: 9)).isEmpty)
    }

    @Test func `fills in pages leave none out and bring none twice, also of one moment`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        try ledger.transaction { transaction in
            for number in 1...9 as ClosedRange<UInt64> {
                try transaction.project(
                    fill: Samples.fill(number, at: number < 7 ? 5 : 6), of: Samples.order(1 + number % 2))
            }
        }
        var found: [UInt64] = []
        var last: FillRow?
        repeat {
            let page = try ledger.fills(account, behind: last, since: Timestamp(nanoseconds: 5), limit: 2)
            found += page.compactMap(\.fill.id.number)
            last = page.last
        } while last != nil
        #expect(found == Array(1...9))
        #expect(try ledger.fills(account, behind: nil, since: Timestamp(nanoseconds: 6), limit: 9).count == 3)
        #expect(try ledger.pairsOfFills(account) == ["btc_usd"])
    }

    @Test func `an alert that is over is gone, and its number is not given out again`() throws {
        let scratch = try Scratch()
        func alert(_ number: UInt64, _ direction: AlertDirection = .above) -> Alert {
            Alert(
                account: account, number: number, exchange: .paper, pair: "btc_usd", direction: direction, price: 240,
                createdAt: Timestamp(seconds: 3))
        }
        do {
            let ledger = try scratch.open()
            try ledger.transaction { transaction in
                for number in 1...3 as ClosedRange<UInt64> { try transaction.add(alert(number, .below)) }
                try transaction.end(alert(1, .below), at: Timestamp(seconds: 4))
                try transaction.end(alert(3, .below), at: Timestamp(seconds: 4))
            }
            try ledger.close()
        }
        let ledger = try scratch.open()
        #expect(try ledger.waitingAlerts() == [alert(2, .below)])
        #expect(try ledger.lastAlert(account) == 3)
        #expect(try ledger.lastAlert(AccountID(9)) == 0)
        try ledger.transaction { try $0.add(alert(4)) }
        #expect(try ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM alerts") } == 2)
    }

    @Test func `funds are as fine as they are still kept: weeks, then days, then each look`() throws {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        // Monday, 5 January 1970 would be no week's beginning: weeks are counted from Thursday, the first day.
        let days = 40
        try ledger.transaction { transaction in
            for look in 0..<days * 4 {
                let at = Timestamp(seconds: Int64(look) * 21_600)
                try transaction.store(
                    FundsPoint(
                        account: account, at: at, exchange: .paper, coin: "btc", total: ExactDecimal(look), usd: nil))
            }
            try transaction.forgetFundsPoints(.point, before: Timestamp(seconds: 30 * 86_400))
            try transaction.forgetFundsPoints(.day, before: Timestamp(seconds: 14 * 86_400))
        }
        let points = try ledger.fundsPoints(
            account, since: Timestamp(seconds: 0), until: Timestamp(seconds: 86_400 * 99))
        // The last of two weeks, of sixteen days, and then four a day.
        let weeks: [Int] = [27, 55]
        let lastOfDays: [Int] = (14..<30).map { day in day * 4 + 3 }
        let looks: [Int] = Array(120..<160)
        let expected: [ExactDecimal] = (weeks + lastOfDays + looks).map { ExactDecimal($0) }
        #expect(points.map(\.total) == expected)
        #expect(points.first?.at == Timestamp(seconds: 27 * 21_600))
        #expect(try ledger.lastFundsPoint() == Timestamp(seconds: Int64(days * 4 - 1) * 21_600))
    }

    @Test func `a day or an hour that has not ended is not told as of its beginning, before what is known of it`()
        throws
    {
        let scratch = try Scratch()
        let ledger = try scratch.open()
        // Noon of a day in the middle of a week.
        let noon = Timestamp(seconds: (20_001 * 24 + 12) * 3_600)
        try ledger.transaction { transaction in
            for minute in 0..<3 as Range<Int64> {
                let at = noon.advanced(bySeconds: minute * 60)
                let worth = ExactDecimal(Int(minute))
                try transaction.store(
                    FundsPoint(account: account, at: at, exchange: .paper, coin: "btc", total: worth, usd: nil))
                try transaction.store(PricePoint(at: at, bid: nil, ask: nil, last: worth), of: "btc_usd", at: .paper)
            }
        }
        let before = noon.advanced(bySeconds: -10 * 86_400)
        let after = noon.advanced(bySeconds: 86_400)
        let expected: [ExactDecimal] = [0, 1, 2]
        #expect(try ledger.fundsPoints(account, since: before, until: after).map(\.total) == expected)
        #expect(try ledger.prices(of: "btc_usd", at: .paper, since: before, until: after).map(\.last) == expected)
    }
}
