import Foundation
import Testing

extension `The server` {
    @Suite struct `as a program` {
        /// Reads the headers of an ELF file of 64 bits (elf(5)).
        private struct Executable {
            let bytes: [UInt8]

            func number(at offset: Int, bytes count: Int) -> UInt64 {
                (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
            }

            /// Type, offset in the file and size of each program header.
            var segments: [(type: UInt64, offset: Int, size: Int)] {
                let table = Int(number(at: 32, bytes: 8))
                let (size, count) = (Int(number(at: 54, bytes: 2)), Int(number(at: 56, bytes: 2)))
                return (0..<count).map { index in
                    let header = table + index * size
                    return (
                        number(at: header, bytes: 4), Int(number(at: header + 8, bytes: 8)),
                        Int(number(at: header + 32, bytes: 8))
                    )
                }
            }

            /// What the loader is told, by its tag.
            var dynamic: [UInt64: UInt64] {
                guard let segment = segments.first(where: { $0.type == 2 }) else { return [:] }
                var entries: [UInt64: UInt64] = [:]
                for entry in stride(from: segment.offset, to: segment.offset + segment.size, by: 16) {
                    entries[number(at: entry, bytes: 8)] = number(at: entry + 8, bytes: 8)
                }
                return entries
            }
        }

        @Test func `it may be loaded anywhere, binds all at its start, and its tables are read-only then`() throws {
            let program = Executable(bytes: Array(try Data(contentsOf: URL(filePath: Program.path()))))
            #expect(program.bytes.prefix(5) == [0x7F, 0x45, 0x4C, 0x46, 2])
            // ET_DYN: position-independent.
            #expect(program.number(at: 16, bytes: 2) == 3)
            // PT_GNU_RELRO, and DF_1_NOW in DT_FLAGS_1: together they are full RELRO.
            #expect(program.segments.contains { $0.type == 0x6474_E552 })
            #expect((program.dynamic[0x6FFF_FFFB] ?? 0) & 1 == 1)
            // PT_GNU_STACK without its flag to execute.
            let stack = try #require(program.segments.firstIndex { $0.type == 0x6474_E551 })
            let flags = program.number(at: Int(program.number(at: 32, bytes: 8)) + stack * 56 + 4, bytes: 4)
            #expect(flags & 1 == 0)
        }
    }
}
