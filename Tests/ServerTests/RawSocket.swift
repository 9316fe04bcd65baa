import Foundation
import Glibc

/// A TCP connection of which every byte is the test's own: for what a well-behaved client cannot do.
final class RawSocket {
    private let descriptor: Int32
    private var isReleased = false
    private var unread: [UInt8] = []

    /// What a client received: text messages, then perhaps the code of a close.
    struct Frames {
        var messages: [String] = []
        var closeCode: UInt16?
    }

    /// Connects. `from` is another address of this machine; `receiveBytes` the room that the system keeps for what comes.
    init(port: UInt16, from local: String? = nil, receiveBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Unexpected("no socket: \(errno)") }
        // A test never hangs: reads end after a while.
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
        }
        if let local {
            guard RawSocket.with(local, 0, { bind(descriptor, $0, $1) }) == 0 else {
                throw Unexpected("cannot bind \(local): \(errno)")
            }
        }
        guard RawSocket.with("127.0.0.1", port, { connect(descriptor, $0, $1) }) == 0 else {
            throw Unexpected("cannot connect: \(errno)")
        }
    }

    deinit { if !isReleased { close(descriptor) } }

    /// The socket, which is not this object's any more.
    func released() -> Descriptor {
        isReleased = true
        return Descriptor(number: descriptor)
    }

    private static func with(
        _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func write(_ bytes: [UInt8]) throws {
        var left = bytes[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Unexpected("cannot write: \(errno)") }
            left = left.dropFirst(count)
        }
    }

    /// False where nothing more comes.
    private func readSome() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }

    private func take(_ count: Int) -> [UInt8]? {
        while unread.count < count { if !readSome() { return nil } }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    // MARK: HTTP

    /// Sends a request and reads the response: its head, and as much of a body as it says it has.
    func request(
        _ path: String, _ headers: [String] = [], method: String = "GET", body: String = "", host: String = "127.0.0.1"
    ) throws -> (head: String, body: String) {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)"] + headers
        try write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            guard let byte = take(1) else { throw Unexpected("the response ends in its head: \(head)") }
            head.unicodeScalars.append(Unicode.Scalar(byte[0]))
        }
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) }
        let body = take(length ?? 0) ?? []
        return (head, String(decoding: body, as: UTF8.self))
    }

    /// Becomes a WebSocket. Answers the head of the response; its first line says 101 where that went well.
    @discardableResult
    func upgrade(_ headers: [String] = [], host: String = "127.0.0.1") throws -> String {
        let head = try request(
            "/",
            [
                "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: b3V0Y3J5IG91dGNyeSBvdQ==",
            ] + headers, host: host
        ).head
        // Whoever has not logged in with the handshake is greeted.
        if head.hasPrefix("HTTP/1.1 101 "), !headers.contains(where: { $0.hasPrefix("Authorization:") }) {
            guard message()?.contains("* Outcry, ") == true else { throw Unexpected("no greeting") }
        }
        return head
    }

    // MARK: WebSocket (RFC 6455 §5.2)

    /// Sends a short text message, masked with zeroes as a client may.
    func say(_ line: String) throws {
        let payload = Array(line.utf8)
        let length: [UInt8] =
            payload.count < 126
            ? [0x80 | UInt8(payload.count)] : [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        try write([0x81] + length + [0, 0, 0, 0] + payload)
    }

    /// Reads the next message; nil at a close or at the end. Pings are passed over.
    func message() -> String? {
        while let frame = frame() {
            if frame.opcode == 1 { return String(decoding: frame.payload, as: UTF8.self) }
            if frame.opcode == 8 { return nil }
        }
        return nil
    }

    /// Reads all that comes until the connection is over.
    func readToEnd() -> Frames {
        var frames = Frames()
        while let frame = frame() {
            switch frame.opcode {
            case 1: frames.messages.append(String(decoding: frame.payload, as: UTF8.self))
            case 8 where frame.payload.count >= 2:
                frames.closeCode = UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1])
            default: break
            }
        }
        return frames
    }

    /// Reads the next frame, whatever it is; nil where nothing more comes.
    func opcode() -> UInt8? { frame()?.opcode }

    private func frame() -> (opcode: UInt8, payload: [UInt8])? {
        guard let head = take(2) else { return nil }
        var length = Int(head[1] & 0x7F)
        if length >= 126 {
            guard let more = take(length == 126 ? 2 : 8) else { return nil }
            length = more.reduce(0) { $0 << 8 | Int($1) }
        }
        return take(length).map { (head[0] & 0x0F, $0) }
    }
}
