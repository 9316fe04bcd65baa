import Conversation
import Foundation
import Glibc
import Testing

/// The socket that systemd listens at for a service of `Type=notify`.
private final class NotifySocket {
    private let descriptor: Int32

    /// `name` is a path, or `@` and a name in the abstract namespace.
    init(_ name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        guard isBound else { throw Unexpected("no socket \(name)") }
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The lines of the next datagram.
    func next() throws -> [String] {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw Unexpected("nothing was told") }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The next datagram that says something of this name.
    func next(_ name: String) throws -> [String] {
        while true {
            let lines = try next()
            if lines.contains(where: { $0.hasPrefix(name + "=") }) { return lines }
        }
    }
}

extension `The server` {
    @Suite struct `under a service manager` {
        @Test(arguments: [false, true])
        func `it says when it is ready, reads its certificate again, and goes down`(isAbstract: Bool) throws {
            let desk = try DeskUnderTest()
            let name = isAbstract ? "@outcry-test-\(UUID().uuidString)" : desk.folder.path + "/notify"
            let socket = try NotifySocket(name)
            let run = try desk.launch([], before: "export NOTIFY_SOCKET='\(name)'")
            let ready = try socket.next("READY")
            let line = try run.logLine(with: " listens on ws://127.0.0.1:")
            let url = try #require(line.split(separator: " ").first { $0.hasPrefix("ws://") }?.dropLast())
            #expect(ready == ["READY=1", "STATUS=listens on \(url)"])
            run.send(signal: SIGHUP)
            let reloading = try socket.next("RELOADING")
            #expect(reloading.first == "RELOADING=1")
            #expect(reloading.contains { $0.hasPrefix("MONOTONIC_USEC=") && UInt64($0.dropFirst(15)) != nil })
            #expect(try socket.next("READY") == ready)
            #expect(try desk.stop(SIGTERM) == .exit(0))
            #expect(try socket.next("STOPPING").first == "STOPPING=1")
        }

        @Test(arguments: ["", "notify", "vsock:2:1234", "/nowhere/notify", String(repeating: "/x", count: 200)])
        func `it goes on where nobody can be told`(name: String) throws {
            let desk = try DeskUnderTest()
            try desk.start(before: "export NOTIFY_SOCKET='\(name)'")
            #expect(try desk.connect().ask("version").ok == true)
            #expect(try desk.stop() == .exit(0))
        }

        /// From the first moment at which the program can be told to, whatever it is doing.
        @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func `no signal kills it when it comes with its first word`(
            signal: Int32
        ) throws {
            let desk = try DeskUnderTest()
            let name = desk.folder.path + "/notify"
            let socket = try NotifySocket(name)
            let run = try desk.launch([], before: "export NOTIFY_SOCKET='\(name)'")
            #expect(try socket.next() == ["STATUS=opening the database"])
            run.send(signal: signal)
            if signal == SIGHUP {
                _ = try run.logLine(with: " listens on ")
                #expect(try desk.stop() == .exit(0))
            } else {
                #expect(try run.ending() == .exit(0))
            }
            try desk.start()
            #expect(try desk.connect().ask("version").ok == true)
        }
    }
}
