import NIOCore
import NIOHTTP1

/// Keeps browsers from the operator's port, which asks for no key: any web page could have a trader's browser send there
/// what a form can send, or read from there under a name of its own that leads to this machine.
struct ControlDoor: Sendable {
    /// The host that is listened on, without its port.
    private let listening: String

    init(listening: String) { self.listening = listening.lowercased() }

    struct Refusal: Sendable {
        let status: HTTPResponseStatus
        let message: String
    }

    /// Why a request is refused before its body is read; nil where it may go on.
    func refusal(of head: HTTPRequestHead, at localAddress: String?) -> Refusal? {
        guard head.headers["Origin"].isEmpty, head.headers["Sec-Fetch-Site"].isEmpty else {
            return Refusal(status: .forbidden, message: "browsers may not use the operator's port")
        }
        let hosts = head.headers["Host"]
        guard hosts.count == 1, head.uri.hasPrefix("/") else {
            return Refusal(status: .badRequest, message: "expected a path, and one Host")
        }
        guard isOwn(ControlDoor.host(of: hosts[0]), localAddress) else {
            return Refusal(
                status: .misdirectedRequest,
                message:
                    "\(hosts[0].prefix(200)) is no name of the operator's port; expected 127.0.0.1, [::1] or localhost")
        }
        let type = head.headers.first(name: "Content-Type")?.lowercased().prefix { $0 != ";" && $0 != " " } ?? "nothing"
        guard head.method == .GET || head.method == .HEAD || type == "application/json" else {
            return Refusal(
                status: .unsupportedMediaType,
                message: "expected Content-Type: application/json, which no web page can send here (curl --json)")
        }
        return nil
    }

    private func isOwn(_ host: String, _ localAddress: String?) -> Bool {
        guard let address = try? SocketAddress(ipAddress: host, port: 0) else {
            return host == "localhost" || host == listening
        }
        guard let digits = address.ipAddress else { return false }
        return digits == "::1" || address.protocol == .inet && digits.hasPrefix("127.") || digits == localAddress
            || digits == listening
    }

    /// A Host without its port, and an IPv6 address without its brackets.
    private static func host(of value: String) -> String {
        let text = value.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return String(text.dropFirst()[..<end]) }
        return String(text.prefix { $0 != ":" })
    }
}
