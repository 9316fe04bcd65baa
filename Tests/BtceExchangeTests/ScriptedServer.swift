import Foundation
import Synchronization

@testable import BtceExchange

/// A server over real sockets that does to each request what a test says: answers, is silent, cuts, talks nonsense.
final class ScriptedServer: Sendable {
    /// A request as it was read, whole.
    struct Seen: Sendable {
        /// From 0, over all connections.
        let number: Int
        /// From 0, in the order in which they were accepted.
        let connection: Int
        let head: String
        let body: [UInt8]
    }

    enum Step: Sendable {
        case send(String)
        /// Sends until the peer goes away.
        case sendForever(String)
        /// Waits until the peer goes away.
        case hold
        /// Waits until the test opens the gate.
        case awaitGate
        case close
    }

    private struct State {
        var seen: [Seen] = []
        var connections = 0
        var open: Set<Int32> = []
        var closedByScript = 0
        var isStopped = false
        var isListening = true
        var isGateOpen = false
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    private let script: @Sendable (Seen) -> [Step]
    /// Whether it says what it says before any request is read.
    private let speaksFirst: [Step]

    var url: String { "http://127.0.0.1:\(port)/" }
    var seen: [Seen] { state.withLock { $0.seen } }
    var connections: Int { state.withLock { $0.connections } }
    var closedByScript: Int { state.withLock { $0.closedByScript } }

    init(speaksFirst: [Step] = [], _ script: @escaping @Sendable (Seen) -> [Step]) throws {
        self.script = script
        self.speaksFirst = speaksFirst
        (listener, port) = try ScriptedServer.listen()
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// A socket that listens on a port of the system's choice.
    static func listen() throws -> (socket: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && Glibc.listen(listener, 4_096) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRINUSE) }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    func openGate() { state.withLock { $0.isGateOpen = true } }

    func stop() {
        // Under the lock a socket is still this server's: once it is closed, another test's may have its number.
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            if state.isListening { shutdown(listener, Int32(SHUT_RDWR)) }
            for socket in state.open { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { break }
            let number = state.withLock { state -> Int? in
                guard !state.isStopped else { return nil }
                state.open.insert(socket)
                defer { state.connections += 1 }
                return state.connections
            }
            guard let number else {
                Glibc.close(socket)
                break
            }
            Thread.detachNewThread { [self] in
                serve(socket, connection: number)
                state.withLock { _ = $0.open.remove(socket) }
                Glibc.close(socket)
            }
        }
        state.withLock { $0.isListening = false }
        Glibc.close(listener)
    }

    private func serve(_ socket: Int32, connection: Int) {
        guard play(speaksFirst, on: socket) else { return }
        var buffer: [UInt8] = []
        while let (head, body) = readRequest(socket, &buffer) {
            let seen = state.withLock { state in
                let seen = Seen(number: state.seen.count, connection: connection, head: head, body: body)
                state.seen.append(seen)
                return seen
            }
            guard play(script(seen), on: socket) else { return }
        }
    }

    /// False where the connection is at its end.
    private func play(_ steps: [Step], on socket: Int32) -> Bool {
        for step in steps {
            switch step {
            case .send(let text): guard write(text, to: socket) else { return false }
            case .sendForever(let text): while write(text, to: socket) {}
            case .hold:
                var byte: UInt8 = 0
                while recv(socket, &byte, 1, 0) > 0 {}
                return false
            case .awaitGate:
                while !state.withLock({ $0.isGateOpen || $0.isStopped }) { usleep(1_000) }
            case .close:
                close(socket: socket)
                return false
            }
        }
        return true
    }

    private func close(socket: Int32) {
        shutdown(socket, Int32(SHUT_RDWR))
        state.withLock { $0.closedByScript += 1 }
    }

    private func write(_ text: String, to socket: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func readRequest(_ socket: Int32, _ buffer: inout [UInt8]) -> (head: String, body: [UInt8])? {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                let length =
                    head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if buffer.count >= end.upperBound + length {
                    let body = Array(buffer[end.upperBound..<end.upperBound + length])
                    buffer.removeFirst(end.upperBound + length)
                    return (head, body)
                }
            }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffer.append(contentsOf: chunk[..<count])
        }
    }
}

extension ScriptedServer.Step {
    /// A whole answer that leaves the connection open.
    static func answer(_ body: String, status: String = "200 OK", headers: String = "") -> ScriptedServer.Step {
        .send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
}

extension HTTPSettings {
    /// However long this machine lets a connection, or its test, wait for its turn.
    static var patient: HTTPSettings {
        var settings = HTTPSettings()
        settings.limits.connectMillisecondsMax = 100_000
        settings.limits.requestMillisecondsMax = 100_000
        settings.limits.idleConnectionSecondsMax = 3_600
        return settings
    }
}
