/// Through which HTTP proxy a client connects, if through any.
///
/// Nothing is taken from the environment unless it is asked for: a variable that was set for a browser must not see what a
/// trader types. Where it is, the rules are curl's (curl(1), "ENVIRONMENT"), and the machine itself is always direct.
public struct ProxyChoice: Hashable, Sendable {
    public var host: String
    public var port: UInt16
    /// `USER:PASSWORD`, sent to the proxy with the Basic scheme (RFC 7617).
    public var login: String?

    /// The port of a proxy whose URL has none, as curl has it.
    static let portDefault: UInt16 = 1_080
    /// Bytes of the login and of the name that the library has room for.
    static let loginBytesMax = 90
    static let hostBytesMax = 120

    /// Why a proxy is none that this client can use.
    public struct Fault: Error, Hashable, Sendable {
        public var message: String
    }

    /// Reads `http://[USER:PASSWORD@]HOST[:PORT][/]`; the scheme may be left out.
    public init(_ url: String) throws(Fault) {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") {
            guard rest[..<scheme.lowerBound].lowercased() == "http" else {
                throw Fault(
                    message: "a proxy is http://HOST:PORT, not \(rest[..<scheme.lowerBound])://; others are not spoken")
            }
            rest = rest[scheme.upperBound...]
        }
        if rest.last == "/" { rest.removeLast() }
        if let at = rest.lastIndex(of: "@") {
            login = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty, name.utf8.count <= ProxyChoice.hostBytesMax,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }),
            (login?.utf8.count ?? 0) <= ProxyChoice.loginBytesMax
        else { throw Fault(message: "a proxy is http://HOST:PORT with a name or an IPv4 address") }
        host = String(name)
        guard parts.count == 2 else {
            port = ProxyChoice.portDefault
            return
        }
        guard let number = UInt16(parts[1]), number > 0 else {
            throw Fault(message: "the proxy's port is a number from 1 to 65535, not \(parts[1])")
        }
        port = number
    }

    /// As the library takes it.
    var libraryText: String { "\(login.map { $0 + "@" } ?? "")\(host):\(port)" }

    /// The proxy that the environment names for an address; nil for none. `ws://` goes by `http_proxy`, `wss://` by
    /// `https_proxy`, both by `all_proxy` where theirs is missing; `no_proxy` lists what is direct. Names in capitals
    /// count too, `HTTP_PROXY` alone does not: a web server would set it from a request's header.
    public static func inEnvironment(
        _ environment: [String: String], for address: WebSocketAddress
    ) throws(Fault) -> ProxyChoice? {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let list = value("no_proxy", "NO_PROXY") ?? ""
        guard !isLoopback(address.host), !isListed(address, in: list) else { return nil }
        let own = address.isSecure ? value("https_proxy", "HTTPS_PROXY") : value("http_proxy")
        guard let url = own ?? value("all_proxy", "ALL_PROXY") else { return nil }
        return try ProxyChoice(url)
    }

    /// Whether a host is this machine itself, by its name or its address (RFC 6761 §6.3, RFC 5735 §3).
    public static func isLoopback(_ host: String) -> Bool {
        let name = bare(host)
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        if ["::1", "::", "0:0:0:0:0:0:0:1", "0.0.0.0"].contains(name) { return true }
        let address = name.hasPrefix("::ffff:") ? name.dropFirst(7) : name[...]
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether `no_proxy` has the host: as it is, as one of a domain's, by an address's block, or all by `*`.
    static func isListed(_ address: WebSocketAddress, in list: String) -> Bool {
        let host = bare(address.host)
        return list.split(whereSeparator: { $0 == "," || $0 == " " }).contains { entry in
            if entry == "*" { return true }
            var name = entry.lowercased()[...]
            // A port binds the entry to it. An IPv6 address has more than one colon.
            if let colon = name.lastIndex(of: ":"), name.firstIndex(of: ":") == colon || name[..<colon].hasSuffix("]") {
                guard name[name.index(after: colon)...] == String(address.port) else { return false }
                name = name[..<colon]
            }
            if let slash = name.firstIndex(of: "/") {
                return isIn(host, network: bare(String(name[..<slash])), bits: Int(name[name.index(after: slash)...]))
            }
            if name.hasPrefix("*.") { name = name.dropFirst() }
            let wanted = bare(String(name.first == "." ? name.dropFirst() : name))
            return !wanted.isEmpty && (host == wanted || host.hasSuffix("." + wanted))
        }
    }

    private static func isIn(_ host: String, network: String, bits: Int?) -> Bool {
        guard let bits, (0...32).contains(bits), let one = number(host), let other = number(network) else {
            return false
        }
        let mask: UInt32 = bits == 0 ? 0 : .max << UInt32(32 - bits)
        return one & mask == other & mask
    }

    /// An IPv4 address as a number.
    private static func number(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(0) { sum, part in sum.flatMap { sum in part.map { sum << 8 | UInt32($0) } } }
    }

    /// In lower case, without brackets and without the dot of the root.
    private static func bare(_ host: String) -> String {
        var name = host.lowercased()[...]
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        if name.hasSuffix(".") { name.removeLast() }
        return String(name)
    }
}
