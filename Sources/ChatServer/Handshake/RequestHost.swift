import Glibc

/// The authority of a request, as `Host` has it: a name or an address, and perhaps a port (RFC 9110 §7.2).
package struct RequestHost: Hashable, Sendable {
    /// A name in lower case, without the dot that may end it; or an address as the system writes it: `::1`, `192.0.2.7`.
    package let name: String
    /// Whether it is an IPv4 or IPv6 address: nobody's name server can make it mean another machine.
    package let isAddress: Bool
    package let port: UInt16?

    /// Bytes of a name (RFC 1035 §2.3.4).
    private static let nameBytesMax = 253

    /// nil where it is no host, or has anything besides a host and a port.
    package init?(_ text: String) {
        var host = Substring(text)
        if host.hasPrefix("[") {
            guard let end = host.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let rest = host[host.utf8.index(after: end)...]
            guard let port = RequestHost.port(rest), let address = RequestHost.address(host.dropFirst()[..<end]),
                host[..<end].utf8.contains(UInt8(ascii: ":"))
            else { return nil }
            self.port = port
            name = address
            isAddress = true
            return
        }
        let colon = host.utf8.firstIndex(of: UInt8(ascii: ":")) ?? host.endIndex
        guard let port = RequestHost.port(host[colon...]) else { return nil }
        self.port = port
        host = host[..<colon]
        if let address = RequestHost.address(host) {
            name = address
            isAddress = true
            return
        }
        if host.utf8.last == UInt8(ascii: ".") { host.removeLast() }
        guard RequestHost.isName(host) else { return nil }
        name = host.lowercased()
        isAddress = false
    }

    /// Whether it is one of this machine's own addresses that no other machine can reach, or their name.
    package var isLoopback: Bool { isAddress ? name == "::1" || name.hasPrefix("127.") : name == "localhost" }

    /// An address as the system writes it; nil for anything else. An IPv4 address inside an IPv6 one is the IPv4 address.
    package static func address(_ text: some StringProtocol) -> String? {
        var four = in_addr()
        var six = in6_addr()
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if inet_pton(AF_INET, String(text), &four) == 1 { return String(text) }
        guard inet_pton(AF_INET6, String(text), &six) == 1,
            inet_ntop(AF_INET6, &six, &buffer, socklen_t(buffer.count)) != nil
        else { return nil }
        let written = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return written.hasPrefix("::ffff:") && written.contains(".") ? String(written.dropFirst(7)) : written
    }

    /// A colon and digits, or nothing, or a colon alone; the port in it, nil inside where there is none.
    private static func port(_ text: Substring) -> UInt16?? {
        guard !text.isEmpty else { return .some(nil) }
        guard text.utf8.first == UInt8(ascii: ":") else { return nil }
        let digits = text.dropFirst()
        guard !digits.isEmpty else { return .some(nil) }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt16(digits)
        else { return nil }
        return .some(number)
    }

    /// Labels of letters, digits, `-` and `_` with dots between; what ends in a number would have to be an address
    /// (WHATWG URL, "ends in a number").
    private static func isName(_ text: Substring) -> Bool {
        guard !text.isEmpty, text.utf8.count <= nameBytesMax else { return false }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9")
        return labels.allSatisfy { label in
            !label.isEmpty
                && label.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), isDigit,
                        UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        } && labels.last.map { !$0.allSatisfy(isDigit.contains) } == true
    }
}

/// The names under which a server may be asked.
///
/// A browser lets a page talk to any server that has the page's own name, and who owns a name may have it lead to
/// 127.0.0.1 from one minute to the next: the page would then pass for the desk's own. So a name has to be known.
package struct AllowedHosts: Sendable {
    /// The listened host, and what `--host` gives.
    private let names: Set<String>

    /// - Parameters:
    ///   - listening: where the server listens, without its port.
    ///   - names: further names and addresses. What is none of these (`problem`) allows nobody.
    package init(listening: String, names: [String] = []) {
        self.names = Set(([listening] + names).compactMap { RequestHost(AllowedHosts.bracketed($0))?.name })
    }

    /// Loopback names, what is in the list, and the address at which the client has reached this server.
    package func allows(_ host: RequestHost, localAddress: @autoclosure () -> String?) -> Bool {
        host.isLoopback || names.contains(host.name) || host.isAddress && host.name == localAddress()
    }

    /// An IPv6 address is typed without brackets as well; in `Host` it has them.
    private static func bracketed(_ name: String) -> String {
        name.contains(":") && RequestHost.address(name) != nil ? "[\(name)]" : name
    }

    /// Why a name of `--host` can never match, in words; nil where it can.
    package static func problem(with name: String) -> String? {
        guard let host = RequestHost(bracketed(name)) else {
            return name.utf8.allSatisfy { $0 < 0x80 }
                ? "\(name) is no host; expected a name or an address, such as desk.example or 192.0.2.7"
                : "\(name) never comes as it is written; expected what browsers send, xn--..."
        }
        return host.port == nil && !name.hasSuffix(":")
            ? nil : "\(name) has a port; expected the host alone: every port of it is accepted"
    }
}

extension RequestHead {
    /// Why the host of this request may not be asked here, or nil. A missing `Host` is an error of HTTP/1.1 (RFC 9112 §3.2).
    package func refusalOfHost(
        _ allowed: AllowedHosts, localAddress: @autoclosure () -> String?
    ) -> (status: Int, message: String)? {
        var hosts: [RequestHost] = []
        for text in [self["host"], targetAuthority].compactMap(\.self) {
            guard let host = RequestHost(text) else { return (400, "Host is no host name with or without a port") }
            hosts.append(host)
        }
        if self["host"] == nil, minorVersion >= 1 { return (400, "Host is missing") }
        if hosts.count == 2, hosts[0].name != hosts[1].name || hosts[0].port ?? 80 != hosts[1].port ?? 80 {
            return (400, "the target and Host name two different servers")
        }
        guard let host = hosts.first, !allowed.allows(host, localAddress: localAddress()) else { return nil }
        return (
            421,
            """
            \(host.name) is no name of this server; it answers to localhost, to its addresses, and to what its operator \
            allows with --host
            """
        )
    }
}
