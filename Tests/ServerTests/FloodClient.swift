import Conversation
import Foundation
import Glibc
import Threads

/// A client that sends the same bytes over and over, as fast as the server takes them, from a thread of its own; and
/// perhaps reads what comes, from another.
final class FloodClient: Sendable {
    struct Traffic: Sendable {
        /// Whole rounds of the bytes that were sent.
        var rounds = 0
        /// Messages that came.
        var messages = 0
        var closeCode: UInt16?
        var isSending = true
        var isReading = true
    }

    private let socket: RawSocket.Descriptor
    private let traffic = Monitor(Traffic())
    private let mayRun = Monitor(true)

    /// Connects and begins.
    /// - Parameters:
    ///   - round: What is sent over and over.
    ///   - reads: Whether it reads what comes.
    init(port: UInt16, round: [UInt8], reads: Bool) throws {
        let connection = try RawSocket(port: port)
        let head = try connection.upgrade()
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw Unexpected("no WebSocket: \(head)") }
        socket = connection.released()
        socket.limitSendBuffer(bytes: 16_384)
        Thread.detachNewThread { [self] in send(round) }
        if reads { Thread.detachNewThread { [self] in read() } }
    }

    deinit { socket.close() }

    var seen: Traffic { traffic.withLock { $0 } }

    /// Waits until so many rounds are out, so that the flood is under way.
    func waitUntilFlooding(rounds: Int = 3) throws {
        let flows: Void? = traffic.wait(seconds: patienceSeconds) { $0.rounds >= rounds || !$0.isSending ? () : nil }
        if flows == nil { throw Unexpected("no flood: \(seen)") }
    }

    /// Stops sending at the end of a round, and waits until as many messages have come as were asked for.
    func stop(messagesPerRound: Int) throws -> Traffic {
        mayRun.withLock { $0 = false }
        let done: Void? = traffic.wait(seconds: patienceSeconds) { traffic in
            !traffic.isSending && (traffic.messages >= traffic.rounds * messagesPerRound || !traffic.isReading)
                ? () : nil
        }
        guard done != nil else { throw Unexpected("answers are missing: \(seen)") }
        return seen
    }

    /// Waits until the server has hung up; a client that does not read learns it from its sending.
    func waitForHangUp() throws {
        let over: Void? = traffic.wait(seconds: patienceSeconds) { $0.isSending ? nil : () }
        guard over != nil else { throw Unexpected("the server has not hung up: \(seen)") }
    }

    private func send(_ round: [UInt8]) {
        while mayRun.withLock({ $0 }), socket.write(round) { traffic.withLock { $0.rounds += 1 } }
        traffic.withLock { $0.isSending = false }
    }

    private func read() {
        var frames = RawSocket.FrameCounter()
        while let bytes = socket.read() {
            frames.take(bytes)
            let (messages, code) = (frames.messages, frames.closeCode)
            traffic.withLock { traffic in
                traffic.messages = messages
                traffic.closeCode = code
            }
        }
        traffic.withLock { $0.isReading = false }
    }
}

extension RawSocket {
    /// A socket that outlives its connection's object, for threads.
    struct Descriptor: Sendable {
        let number: Int32

        func close() { Glibc.close(number) }

        /// Ends the connection for all threads that use it.
        func hangUp() { shutdown(number, Int32(SHUT_RDWR)) }

        /// False where the other side has hung up, or takes nothing for long.
        func write(_ bytes: [UInt8]) -> Bool {
            var left = bytes[...]
            while !left.isEmpty {
                let count = left.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                left = left.dropFirst(count)
            }
            return true
        }

        /// Whether the other side has hung up, as far as can be seen without taking anything.
        var isHungUp: Bool {
            var byte: UInt8 = 0
            let count = recv(number, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
            return count == 0 || count < 0 && errno != EAGAIN
        }

        /// Keeps what waits at this end small, so that a server that does not read is felt at once.
        func limitSendBuffer(bytes: Int32) {
            var bytes = bytes
            setsockopt(number, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }

        /// nil where nothing more comes.
        func read() -> ArraySlice<UInt8>? {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = Glibc.read(number, &buffer, buffer.count)
            return count > 0 ? buffer[..<count] : nil
        }
    }

    /// Counts the text messages in a stream of a server's frames (RFC 6455 §5.2), without keeping them.
    struct FrameCounter {
        private(set) var messages = 0
        private(set) var closeCode: UInt16?
        private var unread: [UInt8] = []

        mutating func take(_ bytes: ArraySlice<UInt8>) {
            unread += bytes
            var start = 0
            while unread.count - start >= 2 {
                var (head, length) = (2, Int(unread[start + 1] & 0x7F))
                if length >= 126 {
                    head = length == 126 ? 4 : 10
                    guard unread.count - start >= head else { break }
                    length = unread[(start + 2)..<(start + head)].reduce(0) { $0 << 8 | Int($1) }
                }
                guard unread.count - start >= head + length else { break }
                let opcode = unread[start] & 0x0F
                if opcode == 1 { messages += 1 }
                if opcode == 8, length >= 2 {
                    closeCode = UInt16(unread[start + head]) << 8 | UInt16(unread[start + head + 1])
                }
                start += head + length
            }
            unread.removeFirst(start)
        }
    }

    /// A short text message of a client, masked with zeroes.
    static func message(_ line: String) -> [UInt8] {
        [0x81, 0x80 | UInt8(line.utf8.count), 0, 0, 0, 0] + Array(line.utf8)
    }
}
