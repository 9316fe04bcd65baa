import Foundation
import OrderEngine
import Testing
import Trading

@testable import Ledger

@Suite struct CoderTests {
    @Test func `what is encoded decodes to itself`() throws {
        for (name, record) in Samples.records {
            #expect(try RecordCoder.decode(RecordCoder.encode(record), of: .paper) == record, "\(name)")
        }
        #expect(try OrderCoder.decode(OrderCoder.encode(Samples.full), of: .paper) == Samples.full)
        var paid = Samples.full
        paid.pay(2, "doge")
        paid.pay(3, "eur")
        paid.pay(4, "bnb")
        #expect(paid.otherFees.count == 2)
        #expect(try OrderCoder.decode(OrderCoder.encode(paid), of: .paper) == paid)
        for snapshot in [Samples.snapshot, Samples.namedSnapshot] {
            #expect(try SnapshotCoder.decode(SnapshotCoder.encode(snapshot), of: .paper) == snapshot)
        }
    }

    @Test func `a fill that has a number is written as one, and in no other form`() throws {
        let record = Record.orderFilled(OrderID(41), Samples.fill(9), reservedAfter: .zero, at: Samples.time)
        let named = Record.orderFilled(
            OrderID(41), Samples.fill(Samples.fillName("x")), reservedAfter: .zero, at: Samples.time)
        #expect(record.kind == .orderFilled && named.kind == .namedFill)
        // The text `x` becomes the text `9`.
        var bytes = RecordCoder.encode(named)
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "x")))
        bytes[place] = UInt8(ascii: "9")
        let payload = Array(bytes.dropLast(4))
        #expect(throws: StoredBytesError.malformedText(at: place - 1)) {
            try RecordCoder.decode(checked(payload), of: .paper)
        }
        // Nor is a paired order's end with nothing left written as one with something left: found by `make fuzz`.
        let even = Record.pairedDone(OrderID(3), PairedResult(benefit: 1, fees: 2, currency: "usd"), at: Samples.time)
        let ended = Record.pairedDone(
            OrderID(3), PairedResult(benefit: 1, fees: 2, baseFees: 1, left: .zero, currency: "usd"), at: Samples.time)
        var other = Array(RecordCoder.encode(ended).dropLast(4))
        let fees = try #require(RecordCoder.encode(ended).firstRange(of: [UInt8(ascii: "u"), UInt8(ascii: "s")]))
        #expect(other[1] == 23 && RecordCoder.encode(even)[1] == 14)
        // One base coin of fees, in nine bytes, becomes none, in one.
        other.replaceSubrange((fees.upperBound + 1)..., with: [0, 0])
        #expect(throws: StoredBytesError.unknownCode("kind of record for what it has", 23, at: 1)) {
            try RecordCoder.decode(checked(other), of: .paper)
        }
        // A snapshot of the later version has a text in it.
        var snapshot = SnapshotCoder.encode(
            EngineSnapshot(exchange: .paper, nextOrderID: OrderID(1), orders: [], finished: [], funds: []))
        snapshot[0] = SnapshotCoder.namedFillsVersion
        #expect(throws: StoredBytesError.unknownVersion(SnapshotCoder.namedFillsVersion)) {
            try SnapshotCoder.decode(checked(Array(snapshot.dropLast(4))), of: .paper)
        }
    }

    @Test func `a plain order takes few bytes`() {
        #expect(RecordCoder.encode(.orderPlaced(Samples.simple)).count < 128)
    }

    @Test func `decimals of every size come back`() throws {
        var units: [Int128] = [0, .min, .max]
        for shift in 0..<127 {
            let power = Int128(1) << Int128(shift)
            units += [power, power - 1, -power, -power - 1]
        }
        for value in units.map(ExactDecimal.init(units:)) {
            let record = Record.contraReady(OrderID(1), quantity: value, at: Samples.time)
            #expect(try RecordCoder.decode(RecordCoder.encode(record), of: .paper) == record)
        }
    }

    @Test func `every permanent code comes back, and none stands for two`() {
        func check<Value: PermanentlyCoded & Hashable>(_: Value.Type) {
            for value in Value.allCases { #expect(Value(code: value.code) == value) }
            #expect(Set(Value.allCases.map(\.code)).count == Value.allCases.count)
            #expect(Value(code: 0) == nil)
        }
        check(Side.self)
        check(Liquidity.self)
        check(OrderStatus.self)
        check(OrderKind.self)
        check(CancelReason.self)
        check(FundsAdjustment.Reason.self)
    }

    @Test func `any one changed bit is noticed`() {
        for (name, record) in Samples.records.prefix(8) {
            let bytes = RecordCoder.encode(record)
            for index in bytes.indices {
                for bit in 0..<8 {
                    var changed = bytes
                    changed[index] ^= 1 << UInt8(bit)
                    #expect(throws: StoredBytesError.self, "\(name) byte \(index) bit \(bit)") {
                        try RecordCoder.decode(changed, of: .paper)
                    }
                }
            }
        }
    }

    @Test func `errors say what is wrong and where`() throws {
        func error(_ payload: [UInt8]) -> StoredBytesError? {
            #expect(throws: StoredBytesError.self) { try RecordCoder.decode(checked(payload), of: .paper) }
        }
        #expect(error([]) == .truncated(at: 0))
        #expect(error([9, 1]) == .unknownVersion(9))
        #expect(error([1, 200]) == .unknownCode("kind of record", 200, at: 1))
        #expect(error([1, 8, 0x29, 1, 2, 3]) == .truncated(at: 6))
        #expect(error([1, 8, 0x80, 0x00] + Array(repeating: 0, count: 8)) == .malformedNumber(at: 2))
        #expect(error([1, 8, 0x29] + Array(repeating: 0, count: 9)) == .trailingBytes(1))
        let head: [UInt8] = [1, 7, 0x29] + Array(repeating: 0, count: 8)
        #expect(error(head + [2, 0xFF, 0xFF]) == .malformedText(at: 11))
        #expect(error(head + [200, 1]) == .impossibleCount(200, at: 11))
        #expect(error([1, 12] + head[2...] + [2, 5, 0]) == .malformedNumber(at: 11))
        #expect(error([1, 1, 14, 3] + Array("USD".utf8)) == .malformedCoin(at: 3))
        #expect(throws: StoredBytesError.truncated(at: 3)) { try RecordCoder.decode([1, 2, 3], of: .paper) }
    }

    @Test func `no bytes whatever stop the program, and what decodes encodes to the same bytes`() throws {
        let seed = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 1
        print("coder: OUTCRY_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        let originals = Samples.records.map { Array(RecordCoder.encode($0.record).dropLast(4)) }
        var decoded = 0
        for round in 0..<40_000 {
            var payload: [UInt8]
            if round % 4 == 0 {
                payload = [1, UInt8.random(in: 0...15, using: &random)]
                for _ in 0..<Int.random(in: 0...80, using: &random) {
                    payload.append(.random(in: 0...255, using: &random))
                }
            } else {
                payload = originals[Int.random(in: originals.indices, using: &random)]
                for _ in 0..<Int.random(in: 1...3, using: &random) where !payload.isEmpty {
                    let index = Int.random(in: payload.indices, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: payload[index] = .random(in: 0...255, using: &random)
                    case 1: payload.remove(at: index)
                    case 2: payload.insert(.random(in: 0...255, using: &random), at: index)
                    default: payload.removeSubrange(index...)
                    }
                }
            }
            // With a sum that fits, so that the reader gets to see the rest.
            let bytes = checked(payload)
            guard let record = try? RecordCoder.decode(bytes, of: .paper) else { continue }
            decoded += 1
            #expect(RecordCoder.encode(record) == bytes, "seed \(seed) round \(round)")
        }
        #expect(decoded > 100)
    }

    @Test func `a snapshot with a damaged byte is refused, not misread`() {
        let bytes = SnapshotCoder.encode(Samples.snapshot)
        for index in bytes.indices {
            var changed = bytes
            changed[index] &+= 1
            #expect(throws: StoredBytesError.self) { try SnapshotCoder.decode(changed, of: .paper) }
        }
        for count in 0..<bytes.count - 4 {
            #expect(throws: StoredBytesError.self) {
                try SnapshotCoder.decode(checked(Array(bytes[..<count])), of: .paper)
            }
        }
    }

    private func checked(_ payload: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(rawBytes: payload)
        writer.appendChecksum(from: 0)
        return writer.bytes
    }
}
