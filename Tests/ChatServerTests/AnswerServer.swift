import Foundation
import Glibc

/// A server that takes connections and says the same to each, whatever it is asked; then it hangs up.
final class AnswerServer: Sendable {
    private let socket: Int32
    let port: UInt16

    /// Says the parts one after another, each in a packet of its own.
    init(_ parts: [[UInt8]]) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isListening else { throw RawWebSocket.Failure(description: "cannot listen: \(errno)") }
        self.socket = socket
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread {
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0 else {
                    // By nobody else: its number would be another server's before this thread asks for the next client.
                    close(socket)
                    return
                }
                AnswerServer.answer(client, parts)
            }
        }
    }

    convenience init(_ text: String) throws { try self.init([Array(text.utf8)]) }

    private static func answer(_ client: Int32, _ parts: [[UInt8]]) {
        var request = [UInt8](repeating: 0, count: 8_192)
        _ = read(client, &request, request.count)
        var yes: Int32 = 1
        setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        for part in parts {
            _ = part.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        shutdown(client, Int32(SHUT_WR))
        // Until the client has hung up, so that nothing that was said is lost.
        while read(client, &request, request.count) > 0 {}
        close(client)
    }

    deinit { shutdown(socket, Int32(SHUT_RDWR)) }
}
