import Synchronization
import Testing
import Trading

@testable import OrderEngine

/// A key that counts how often it is compared, by whoever counts.
private struct CountedKey: Comparable, Sendable {
    let value: Int
    let counter: Counter

    final class Counter: Sendable {
        private let count = Atomic(0)
        func add() { count.add(1, ordering: .relaxed) }
        var value: Int { count.load(ordering: .relaxed) }
    }

    static func < (left: CountedKey, right: CountedKey) -> Bool {
        left.counter.add()
        return left.value < right.value
    }

    static func == (left: CountedKey, right: CountedKey) -> Bool {
        left.counter.add()
        return left.value == right.value
    }
}

@Suite struct WaitingTests {
    @Test(arguments: [UInt64(31), 32, 33, 34])
    func `the first is the first of a plain list, whatever came, moved and went`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        var waiting = WaitingList<Int, OrderID>()
        var model: [OrderID: Int] = [:]
        for step in 0..<3_000 {
            let id = OrderID(UInt64(chance.below(step % 1_000 < 500 ? 300 : 20)))
            switch chance.below(3) {
            case 0:
                waiting.remove(id)
                model[id] = nil
            default:
                let key = chance.below(40)
                waiting.set(id, to: key)
                model[id] = key
            }
            let expected = model.min { ($0.value, $0.key) < ($1.value, $1.key) }
            #expect(waiting.first?.id == expected?.key && waiting.first?.key == expected?.value, "seed \(seed)")
            #expect(waiting.count == model.count)
        }
    }

    @Test func `looking at the first compares nothing, with ten waiting and with a hundred thousand`() {
        for count in [10, 100_000] {
            let counter = CountedKey.Counter()
            var waiting = WaitingList<CountedKey, OrderID>()
            for id in 0..<count {
                waiting.set(OrderID(UInt64(id)), to: CountedKey(value: (id * 7_919) % count, counter: counter))
            }
            let before = counter.value
            #expect(waiting.first?.key.value == 0)
            #expect(counter.value == before)
            waiting.set(OrderID(UInt64(count)), to: CountedKey(value: count / 2, counter: counter))
            #expect(counter.value - before < 100)
        }
    }

    @Test func `what moves to and fro leaves nothing behind`() {
        let counter = CountedKey.Counter()
        var waiting = WaitingList<CountedKey, OrderID>()
        waiting.set(OrderID(0), to: CountedKey(value: 0, counter: counter))
        for round in 0..<2_000 {
            waiting.set(OrderID(1), to: CountedKey(value: 10 + round % 2, counter: counter))
            waiting.set(OrderID(2), to: CountedKey(value: 12, counter: counter))
        }
        #expect(waiting.count == 3)
        #expect(counter.value < 200_000)
    }

    @Test func `a tick and a second that fire nothing make no record`() {
        for count in [10, 2_000] {
            var pit = Pit(limits: EngineLimits(openOrdersMax: 10_000))
            for index in 0..<count {
                let trigger = ExactDecimal(100 + index % 50)
                _ = pit.engine.process(
                    .place(
                        pit.ticket(
                            .sell, "1", timeInForce: .goodTillDate(pit.now.advanced(bySeconds: 1_000)),
                            plan: .stop(trigger: trigger, then: .market))), at: pit.now)
            }
            #expect(pit.engine.triggersWaiting(on: pit.pair) == count)
            let before = pit.engine.snapshot()
            let trade = MarketTrade(pair: pit.pair, price: 150, quantity: 1, takerSide: nil, at: pit.now)
            #expect(pit.engine.process(.marketTrade(trade), at: pit.now).records.isEmpty)
            #expect(pit.engine.process(.timePassed, at: pit.now).records.isEmpty)
            #expect(pit.engine.snapshot() == before)
        }
    }

    @Test(arguments: [UInt64(41), 42])
    func `triggers fire as a plain list says`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        var book = TriggerBook()
        var model: [(id: OrderID, side: Side, trigger: ExactDecimal)] = []
        for id in 1...400 {
            let one = (OrderID(UInt64(id)), chance.pick(Side.allCases), ExactDecimal(chance.below(200) + 1))
            book.insert(one.0, side: one.1, trigger: one.2)
            model.append(one)
        }
        while !model.isEmpty {
            let price = ExactDecimal(chance.below(200) + 1)
            let oldest = UInt64(chance.below(2) * chance.below(400))
            let wasArmed = { (id: OrderID) in id.rawValue > oldest }
            let sells = model.filter { $0.side == .sell && price <= $0.trigger && wasArmed($0.id) }
            let buys = model.filter { $0.side == .buy && price >= $0.trigger && wasArmed($0.id) }
            let expected =
                sells.min { (-$0.trigger.units, $0.id) < (-$1.trigger.units, $1.id) }?.id
                ?? buys.min { ($0.trigger, $0.id) < ($1.trigger, $1.id) }?.id
            #expect(book.firstDue(at: price, where: wasArmed) == expected, "seed \(seed)")
            if let gone = model.first(where: { $0.id == expected }) ?? model.first {
                book.remove(gone.id, side: gone.side)
                model.removeAll { $0.id == gone.id }
            }
        }
        #expect(book.count == 0)
    }
}
