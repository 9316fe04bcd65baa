import Testing
import Trading

@testable import Exchange

@Suite struct `Order book` {
    @Test func `the best price trades first, and the oldest order at a price`() {
        var book = OrderBook()
        _ = book.add(1, .sell, price: 101, quantity: 5)
        _ = book.add(2, .sell, price: 100, quantity: 5)
        _ = book.add(3, .sell, price: 100, quantity: 5)
        var matches: [OrderBook.Match] = []
        let left = book.take(.buy, quantity: 20, limit: 101) { matches.append($0) }
        #expect(left == 5)
        #expect(matches.map(\.maker) == [2, 3, 1])
        #expect(matches.map(\.price) == [100, 100, 101])
        #expect(book.count == 0)
    }

    @Test func `a take goes no further than its limit`() {
        var book = OrderBook()
        _ = book.add(1, .buy, price: 99, quantity: 1)
        _ = book.add(2, .buy, price: 98, quantity: 1)
        let left = book.take(.sell, quantity: 2, limit: 99) { #expect($0.maker == 1) }
        #expect(left == 1)
        #expect(book.best(.buy)?.id == 2)
    }

    @Test func `an order filled in part keeps its place`() {
        var book = OrderBook()
        let first = book.add(1, .buy, price: 99, quantity: 3)
        _ = book.add(2, .buy, price: 99, quantity: 3)
        _ = book.take(.sell, quantity: 1) { _ in }
        #expect(book.remaining(first) == 2)
        #expect(book.best(.buy)?.id == 1)
        #expect(book.depth(.buy, rows: 5) == [DepthLevel(price: 99, quantity: 5)])
    }

    @Test func `a handle of an order that is gone does nothing, though its slot is used again`() {
        var book = OrderBook()
        let gone = book.add(1, .buy, price: 99, quantity: 3)
        #expect(book.cancel(gone) == 3)
        let new = book.add(2, .buy, price: 99, quantity: 4)
        #expect(book.cancel(gone) == nil)
        #expect(book.remaining(gone) == nil)
        #expect(book.remaining(new) == 4)
    }

    /// Against a book that is a sorted array, in random operations.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `it agrees with a book that searches`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var book = OrderBook()
        var plain: [(id: UInt64, side: Side, price: Int, left: Int, handle: OrderBook.Handle)] = []
        for id in 1...3_000 as ClosedRange<UInt64> {
            let side: Side = random.below(2) == 0 ? .buy : .sell
            switch random.below(10) {
            case 0..<5:
                let price = side == .buy ? 100 - random.below(20) : 101 + random.below(20)
                let quantity = 1 + random.below(9)
                let handle = book.add(id, side, price: ExactDecimal(price), quantity: ExactDecimal(quantity))
                plain.append((id, side, price, quantity, handle))
            case 5..<8 where !plain.isEmpty:
                let order = plain.remove(at: random.below(plain.count))
                #expect(book.cancel(order.handle) == ExactDecimal(order.left), "seed \(seed)")
            default:
                var left = 1 + random.below(20)
                let limit = side == .buy ? 95 + random.below(25) : 105 - random.below(25)
                var wanted: [[Int]] = []
                while left > 0 {
                    let makers = plain.indices.filter { index in
                        plain[index].side != side
                            && (side == .buy ? plain[index].price <= limit : plain[index].price >= limit)
                    }
                    let best = makers.min { one, two in
                        let (one, two) = (plain[one], plain[two])
                        if one.price != two.price { return (one.price < two.price) == (side == .buy) }
                        return one.id < two.id
                    }
                    guard let best else { break }
                    let quantity = min(left, plain[best].left)
                    wanted.append([Int(plain[best].id), plain[best].price, quantity])
                    left -= quantity
                    plain[best].left -= quantity
                    if plain[best].left == 0 { plain.remove(at: best) }
                }
                var seen: [[Int]] = []
                let rest = book.take(
                    side, quantity: ExactDecimal(left + wanted.reduce(0) { $0 + $1[2] }), limit: ExactDecimal(limit)
                ) { match in
                    let one = ExactDecimal.one.units
                    seen.append([Int(match.maker), Int(match.price.units / one), Int(match.quantity.units / one)])
                }
                #expect(seen == wanted, "seed \(seed)")
                #expect(rest == ExactDecimal(left), "seed \(seed)")
            }
            #expect(book.count == plain.count, "seed \(seed)")
        }
    }

    /// The flow's own figures: trades, volume, what rests, and the FNV-1a 64 of every trade.
    @Test(.enabled(if: Shared.path("flows/flow_1m.csv.gz") != nil, "no flow_1m.csv.gz beside the project"))
    func `a flow of a million operations comes to its known trades`() throws {
        let path = try #require(Shared.path("flows/flow_1m.csv.gz"))
        let lines = try TapeLines(path: path)
        var line: [UInt8] = []
        var book = OrderBook()
        var handles = [OrderBook.Handle?](repeating: nil, count: 1_000_001)
        // The hash that came with the flow starts from FNV's offset basis without its last decimal digit: an independent
        // book of maps and lists gives it with this one, and 44a0f7fdd6fc5810 with 14695981039346656037.
        var (trades, volume, hash) = (0, 0, 1_469_598_103_934_665_603 as UInt64)
        func note(_ number: UInt64) {
            var rest = number
            for _ in 0..<8 {
                hash = (hash ^ (rest & 0xff)) &* 0x100_0000_01b3
                rest >>= 8
            }
        }
        while try lines.next(into: &line) {
            guard line.count > 2 else { continue }
            let isBuy = line.count > 2 && line.contains(UInt8(ascii: "B"))
            let numbers = wholeNumbers(in: line)
            if line[0] == UInt8(ascii: "C") {
                if let handle = handles[numbers[0]] { book.cancel(handle) }
                continue
            }
            let (id, price, quantity) = (numbers[0], ExactDecimal(numbers[1]), ExactDecimal(numbers[2]))
            let side: Side = isBuy ? .buy : .sell
            let left = book.take(side, quantity: quantity, limit: price) { match in
                let traded = Int(match.quantity.units / ExactDecimal.one.units)
                trades += 1
                volume += traded
                note(match.maker)
                note(UInt64(id))
                note(UInt64(match.price.units / ExactDecimal.one.units))
                note(UInt64(traded))
            }
            if left.isPositive, line[0] == UInt8(ascii: "A") {
                handles[id] = book.add(UInt64(id), side, price: price, quantity: left)
            }
        }
        #expect(trades == 371_119)
        #expect(volume == 14_261_298)
        #expect(book.count == 18_090)
        #expect(hash == 0x6671_3fff_5cc1_70b6)
    }

    private func wholeNumbers(in line: [UInt8]) -> [Int] {
        var numbers: [Int] = []
        var isInside = false
        for byte in line {
            let isDigit = byte >= 0x30 && byte <= 0x39
            if isDigit {
                if isInside, let last = numbers.indices.last {
                    numbers[last] = numbers[last] * 10 + Int(byte - 0x30)
                } else {
                    numbers.append(Int(byte - 0x30))
                }
            }
            isInside = isDigit
        }
        return numbers
    }
}
