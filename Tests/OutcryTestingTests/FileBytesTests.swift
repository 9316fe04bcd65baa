import Testing
import Trading

@testable import SimulatedDisk

/// The simulated disk's files in pages, against the same file in one piece.
@Suite struct FileBytesTests {
    @Test(arguments: 1...20) func `a file in pages holds what a file in one piece would`(seed: UInt64) {
        var chance = SplitMix64(seed: seed)
        var bytes = FileBytes()
        var expected: [UInt8] = []
        var copies: [(FileBytes, [UInt8])] = []
        for _ in 0..<60 {
            let offset = chance.pick([0, 32, 4_096, 4_120, 8_192, chance.below(20_000)])
            let length = chance.pick([1, 24, 512, 4_096, 4_096, 8_192, 1 + chance.below(9_000)])
            if chance.percent(15) {
                bytes.apply(.truncate(size: offset))
                expected.resize(to: offset)
            } else {
                let new = (0..<length).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
                bytes.apply(.write(offset: offset, bytes: new))
                if expected.count < offset + length { expected.resize(to: offset + length) }
                expected.replaceSubrange(offset..<offset + length, with: new)
            }
            if chance.percent(20) { copies.append((bytes, expected)) }
            #expect(bytes.bytes == expected)
        }
        // What was written afterwards did not reach what an earlier copy shares.
        for (copy, held) in copies { #expect(copy.bytes == held) }
    }

    @Test(arguments: 1...20) func `after a sync the platter has what is read, however the bytes got there`(seed: UInt64)
    {
        var chance = SplitMix64(seed: seed)
        let file = SimulatedFile()
        var forgotten = false
        for _ in 0..<80 {
            switch chance.below(10) {
            case 0: file.change(.truncate(size: chance.below(12_000)))
            case 1:
                file.sync()
                if !forgotten { #expect(file.platter.bytes == file.cached.bytes) }
            case 2 where seed > 10:
                forgotten = forgotten || !file.unsynced.isEmpty
                file.forgetUnsynced()
            case 3:
                let before = file.platter.bytes
                file.change(.write(offset: chance.below(9_000), bytes: [1, 2, 3]))
                #expect(file.platter.bytes == before)
            default:
                let bytes = [UInt8](repeating: UInt8(chance.below(256)), count: chance.pick([24, 4_096]))
                file.change(.write(offset: chance.pick([0, 4_096, 4_120, 32]), bytes: bytes))
            }
        }
        file.discardUnsynced()
        #expect(file.cached.bytes == file.platter.bytes)
    }

    @Test func `a sync that lies leaves the platter without what it claims to have kept`() {
        let file = SimulatedFile()
        file.change(.write(offset: 0, bytes: [1, 1]))
        file.forgetUnsynced()
        file.change(.write(offset: 1, bytes: [2]))
        file.sync()
        #expect(file.cached.bytes == [1, 2])
        #expect(file.platter.bytes == [0, 2])
    }
}

extension [UInt8] {
    fileprivate mutating func resize(to size: Int) {
        if size < count { removeLast(count - size) } else { append(contentsOf: repeatElement(0, count: size - count)) }
    }
}
