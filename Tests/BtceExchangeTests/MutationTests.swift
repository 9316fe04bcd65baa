import Foundation
import Testing
import Trading

@testable import BtceExchange

@Suite(.timeLimit(.minutes(2))) struct `Answers that were damaged` {
    @Test func `each recorded answer is read as it is`() throws {
        for (answer, read) in RecordedAnswers.all { _ = try read(HTTPResponse(answer)) }
    }

    @Test func `every beginning of an answer is an error and no result`() {
        for (answer, read) in RecordedAnswers.all {
            let bytes = Array(answer.utf8)
            for count in 0..<bytes.count {
                #expect(throws: AnswerFailure.self) {
                    try read(HTTPResponse(status: 200, body: Array(bytes[..<count])))
                }
            }
        }
    }

    @Test func `no damage stops the program, and every reader bears every other's answer`() {
        var chance = SplitMix64(seed: testSeed)
        var results = 0
        var failures = 0
        for round in 0..<6_000 {
            let (answer, _) = RecordedAnswers.all[round % RecordedAnswers.all.count]
            let (_, read) = RecordedAnswers.all.randomElement(using: &chance) ?? RecordedAnswers.all[0]
            let damaged = damage(Array(answer.utf8), using: &chance)
            do throws(AnswerFailure) {
                _ = try read(HTTPResponse(status: 200, body: damaged))
                results += 1
            } catch {
                #expect(!error.reason.isEmpty, "seed \(testSeed) round \(round)")
                failures += 1
            }
        }
        #expect(results > 0 && failures > 1_000, "seed \(testSeed): \(results) results, \(failures) failures")
    }

    /// A damage in the digits gives another number; it must never give one that the desk cannot count with.
    @Test func `whatever is read of a trade is an amount`() {
        var chance = SplitMix64(seed: testSeed)
        for _ in 0..<4_000 {
            let damaged = damage(Array(RecordedAnswers.trade.utf8), using: &chance)
            guard let trade = try? TapiReader(.btce).trade(HTTPResponse(status: 200, body: damaged)) else { continue }
            #expect(!trade.received.isNegative && !trade.remains.isNegative && trade.orderID != 0, "seed \(testSeed)")
            #expect(trade.orderID != nil || trade.remains.isZero, "seed \(testSeed)")
        }
    }

    private func damage(_ bytes: [UInt8], using chance: inout SplitMix64) -> [UInt8] {
        let pieces: [String] = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "-", "e", "E99", ".", "0", "9", "null", "true", "1e400",
            "\u{0}",
            "<html>", "success", "99999999999999999999999", "\u{FEFF}", "\"return\":", "-1", "1e-19",
        ]
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &chance) {
            guard !bytes.isEmpty else { break }
            let at = Int.random(in: 0..<bytes.count, using: &chance)
            switch Int.random(in: 0..<6, using: &chance) {
            case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &chance)
            case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...20, using: &chance)))
            case 2: bytes.insert(contentsOf: (pieces.randomElement(using: &chance) ?? "").utf8, at: at)
            case 3:
                let end = min(bytes.count, at + Int.random(in: 1...60, using: &chance))
                bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &chance))
            case 4: bytes.swapAt(at, Int.random(in: 0..<bytes.count, using: &chance))
            default:
                let piece = Array((pieces.randomElement(using: &chance) ?? "").utf8)
                bytes.replaceSubrange(at..<min(bytes.count, at + piece.count), with: piece)
            }
        }
        return bytes
    }
}

/// Printed with each failure; `OUTCRY_SEED` overrides it.
let testSeed: UInt64 = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 20_261_123
