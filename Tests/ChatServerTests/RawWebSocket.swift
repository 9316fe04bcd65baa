import Foundation
import Glibc

/// A WebSocket client of plain POSIX sockets that shares nothing with the library, and may break any rule.
final class RawWebSocket {
    struct Failure: Error, CustomStringConvertible { var description: String }

    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close frame.
        var code: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
    }

    private let socket: Int32
    private var buffer: [UInt8] = []
    /// What the server answered to the handshake.
    private(set) var response = ""

    /// Seconds that any single wait may take.
    static let patience = 20

    /// `from` is another loopback address of this machine: another client, as the server sees it.
    init(port: UInt16, from local: String = "127.0.0.1", receiveBufferBytes: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: RawWebSocket.patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        // Each piece that a test sends goes out as it is.
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        if var size = receiveBufferBytes {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        if local != "127.0.0.1" {
            address.sin_addr.s_addr = inet_addr(local)
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isBound else { throw Failure(description: "bind: \(errno)") }
        }
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: "connect: \(errno)") }
    }

    deinit { Glibc.close(socket) }

    /// Connects and becomes a WebSocket; throws where the answer is not 101.
    static func open(port: UInt16, headers: [String] = [], receiveBufferBytes: Int32? = nil) throws -> RawWebSocket {
        let client = try RawWebSocket(port: port, receiveBufferBytes: receiveBufferBytes)
        try client.handshake(port: port, headers: headers)
        guard client.status == 101 else { throw Failure(description: "handshake: \(client.response)") }
        return client
    }

    var status: Int { response.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }

    func handshake(port: UInt16, headers: [String] = []) throws {
        var lines = [
            "GET /chat HTTP/1.1", "Host: 127.0.0.1:\(port)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
        ]
        lines += headers
        try request(lines)
    }

    /// Sends a request and reads the head of the answer into `response`.
    func request(_ lines: [String]) throws {
        try send(bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        try readResponse()
    }

    /// Reads the head of an answer into `response`.
    func readResponse() throws {
        let end: [UInt8] = [13, 10, 13, 10]
        while true {
            if let range = buffer.firstRange(of: end) {
                response = String(decoding: buffer[..<range.upperBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return
            }
            guard try fill() else { throw Failure(description: "hung up without an answer") }
        }
    }

    /// The body of an HTTP answer, as long as its head says.
    func body() throws -> String {
        let line = response.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        while buffer.count < length { guard try fill() else { break } }
        defer { buffer.removeFirst(min(length, buffer.count)) }
        return String(decoding: buffer.prefix(length), as: UTF8.self)
    }

    /// Reads a little of what comes, and forgets it. Answers how much that was.
    func takeSome(atMost count: Int) throws -> Int {
        var chunk = [UInt8](repeating: 0, count: count)
        let taken = recv(socket, &chunk, chunk.count, 0)
        return max(0, taken)
    }

    func send(bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            sent += count
        }
    }

    func send(_ text: String) throws { try send(frame: 1, Array(text.utf8)) }

    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true) -> [UInt8] {
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case 0..<126: bytes.append(maskBit | UInt8(payload.count))
        case 126..<65_536: bytes += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        guard isMasked else { return bytes + payload }
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    func send(frame opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true) throws {
        try send(bytes: RawWebSocket.frame(opcode, payload, isFinal: isFinal, isMasked: isMasked))
    }

    /// The next frame; nil where the server has hung up.
    func receive() throws -> Frame? {
        while true {
            if let frame = takeFrame() { return frame }
            guard try fill() else { return nil }
        }
    }

    /// The next text message.
    func text() throws -> String {
        while let frame = try receive() {
            if frame.opcode == 1 { return frame.text }
            if frame.opcode == 8 { throw Failure(description: "closed with \(frame.code ?? 0)") }
        }
        throw Failure(description: "hung up")
    }

    /// Reads on until the server closes. Answers the code, or nil where it hung up without one.
    func closeCode() throws -> Int? {
        while let frame = try receive() {
            if frame.opcode == 8 {
                try? send(frame: 8, frame.payload)
                return frame.code
            }
        }
        return nil
    }

    private func takeFrame() -> Frame? {
        guard buffer.count >= 2 else { return nil }
        var length = Int(buffer[1] & 0x7F)
        var head = 2
        if length == 126 {
            guard buffer.count >= 4 else { return nil }
            length = Int(buffer[2]) << 8 | Int(buffer[3])
            head = 4
        } else if length == 127 {
            guard buffer.count >= 10 else { return nil }
            length = buffer[2..<10].reduce(0) { $0 << 8 | Int($1) }
            head = 10
        }
        guard buffer.count >= head + length else { return nil }
        let frame = Frame(opcode: buffer[0] & 0x0F, payload: Array(buffer[head..<head + length]))
        buffer.removeFirst(head + length)
        return frame
    }

    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count >= 0 || errno == ECONNRESET else {
            throw Failure(description: errno == EAGAIN ? "nothing came in time" : "recv: \(errno)")
        }
        guard count > 0 else { return false }
        buffer.append(contentsOf: chunk[..<count])
        return true
    }
}
