import Conversation
import Testing
import Trading

@testable import ChatServer

@Suite struct `The frame reader` {
    private func read(_ reader: inout FrameReader, _ bytes: [UInt8]) -> [Result<FrameReader.Found, FrameViolation>] {
        var input = bytes[...]
        var found: [Result<FrameReader.Found, FrameViolation>] = []
        do throws(FrameViolation) {
            while let next = try reader.next(in: &input) { found.append(.success(next)) }
        } catch {
            found.append(.failure(error))
        }
        return found
    }

    /// What RFC 6455 says of the first two bytes alone, of a client's first frame; nil where more must come.
    private func verdict(on first: Int, _ second: Int) -> Int? {
        let (isFinal, opcode) = (first >= 0x80, first & 15)
        if first & 0x70 != 0 || (3...7).contains(opcode) || opcode > 10 { return 1_002 }
        if opcode == 0 || opcode > 7 && !isFinal { return 1_002 }
        if opcode == 2 { return 1_003 }
        if second < 0x80 || opcode > 7 && second > 0x80 + 125 { return 1_002 }
        return nil
    }

    @Test func `every two first bytes are judged as the RFC has it`() {
        var wrong: [(Int, Int, Int?)] = []
        for first in 0..<256 {
            for second in 0..<256 {
                var reader = FrameReader(messageBytesMax: 65_536)
                var code: Int?
                if case .failure(let violation)? = read(&reader, [UInt8(first), UInt8(second)]).first {
                    code = Int(violation.code)
                }
                if code != verdict(on: first, second) { wrong.append((first, second, code)) }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func `what comes out does not depend on how the bytes are cut`() {
        let seed: UInt64 = 6_455
        var random = SplitMix64(seed: seed)
        for round in 0..<300 {
            var bytes: [UInt8] = []
            for number in 0..<Int.random(in: 1...12, using: &random) {
                let line = "é\(number)" + String(repeating: "*", count: .random(in: 0...300, using: &random))
                switch Int.random(in: 0...4, using: &random) {
                case 0: bytes += ping("\(number)")
                case 1: bytes += frame(10)
                case 2: bytes += text(line, isFinal: false) + ping("in") + continuation(line)
                default: bytes += text(line)
                }
            }
            // Some end well, some in one of many breaches.
            if Bool.random(using: &random) {
                bytes += [.random(in: 0...255, using: &random), .random(in: 0...255, using: &random), 1, 2, 3, 4, 5, 6]
            }
            var whole = FrameReader(messageBytesMax: 500)
            let expected = read(&whole, bytes)
            var reader = FrameReader(messageBytesMax: 500)
            var found: [Result<FrameReader.Found, FrameViolation>] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + .random(in: 1...40, using: &random))
                found += read(&reader, Array(bytes[start..<end]))
                if case .failure? = found.last { break }
                #expect(reader.heldBytes <= 500 + 125)
                start = end
            }
            #expect(found == expected, "seed \(seed), round \(round)")
        }
    }
}
