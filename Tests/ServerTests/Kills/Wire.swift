import Foundation
import Glibc

/// A WebSocket that is read only when the test wants to: a kill meets it with bytes on their way in both directions.
final class Wire {
    let descriptor: Int32
    private var unread: [UInt8] = []
    private var readFrom = 0
    /// Nothing more comes.
    private(set) var isOver = false

    private static let newline: [UInt8] = [0x0D, 0x0A]

    /// Connects and becomes a WebSocket, logged in with the token.
    init(port: UInt16, subprotocol: String, token: String?) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Unexpected("no socket: \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Unexpected("cannot connect: \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var lines = [
            "GET / HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: b3V0Y3J5IG91dGNyeSBvdQ==",
            "Sec-WebSocket-Protocol: \(subprotocol)",
        ]
        if let token { lines.append("Authorization: Bearer \(token)") }
        write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        try readHead()
    }

    deinit { close(descriptor) }

    private func readHead() throws {
        let end = Wire.newline + Wire.newline
        while true {
            let head = unread.indices.dropLast(3).first { unread[$0...].starts(with: end) }
            if let head {
                let text = String(decoding: unread[..<head], as: UTF8.self)
                guard text.hasPrefix("HTTP/1.1 101 ") else { throw Unexpected("no WebSocket: \(text)") }
                readFrom = head + end.count
                return
            }
            guard !isOver, waitForBytes(milliseconds: patienceSeconds * 1_000) else {
                throw Unexpected("the handshake is not answered: \(String(decoding: unread, as: UTF8.self))")
            }
            readWhatIsThere()
        }
    }

    // MARK: Out

    /// Sends a text message, masked with zeroes as a client may. A connection that is over swallows it.
    func say(_ line: String) {
        let payload = Array(line.utf8)
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        write([0x81] + length + [0, 0, 0, 0] + payload)
    }

    private func write(_ bytes: [UInt8]) {
        var left = bytes[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            left = left.dropFirst(count)
        }
    }

    // MARK: In

    private func waitForBytes(milliseconds: Int) -> Bool {
        Wire.wait(for: [self], milliseconds: milliseconds)
    }

    /// Waits until one of them has something to read, or is over. False where the time ran out.
    static func wait(for wires: [Wire], milliseconds: Int) -> Bool {
        var descriptors = wires.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        return poll(&descriptors, nfds_t(descriptors.count), Int32(milliseconds)) > 0
    }

    private func readWhatIsThere() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else {
                isOver = true
                return
            }
            unread += buffer[..<count]
        }
    }

    /// The whole text messages that have come by now.
    func messages() -> [String] {
        if !isOver { readWhatIsThere() }
        var found: [String] = []
        while let frame = nextFrame() {
            switch frame.opcode {
            case 1: found.append(String(decoding: frame.payload, as: UTF8.self))
            case 9: write([0x8A, 0x80 | UInt8(frame.payload.count), 0, 0, 0, 0] + frame.payload)
            default: break
            }
        }
        unread.removeFirst(readFrom)
        readFrom = 0
        return found
    }

    /// After the server has died: all that it had sent.
    func lastMessages() throws -> [String] {
        var found = messages()
        while !isOver {
            guard waitForBytes(milliseconds: patienceSeconds * 1_000) else {
                throw Unexpected("the connection outlives its server")
            }
            found += messages()
        }
        return found
    }

    private func nextFrame() -> (opcode: UInt8, payload: ArraySlice<UInt8>)? {
        guard unread.count - readFrom >= 2 else { return nil }
        var start = readFrom + 2
        var length = Int(unread[readFrom + 1] & 0x7F)
        if length >= 126 {
            let bytes = length == 126 ? 2 : 8
            guard unread.count - start >= bytes else { return nil }
            length = unread[start..<start + bytes].reduce(0) { $0 << 8 | Int($1) }
            start += bytes
        }
        guard unread.count - start >= length else { return nil }
        let opcode = unread[readFrom] & 0x0F
        readFrom = start + length
        return (opcode, unread[start..<readFrom])
    }
}
