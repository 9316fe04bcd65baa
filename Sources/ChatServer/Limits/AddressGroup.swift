import Glibc

/// What one client can take addresses from at will, and is therefore counted together: an IPv4 address by itself, of an
/// IPv6 address its first 64 bits (RFC 4291 §2.5.4: the rest is the interface's own choice). Anything else is itself.
func addressGroup(_ address: String) -> String {
    guard address.utf8.contains(UInt8(ascii: ":")) else { return address }
    guard let written = RequestHost.address(address) else { return address }
    guard written.utf8.contains(UInt8(ascii: ":")) else { return written }
    var bits = in6_addr()
    inet_pton(AF_INET6, written, &bits)
    withUnsafeMutableBytes(of: &bits) { bytes in
        for index in 8..<16 { bytes[index] = 0 }
    }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, &bits, &buffer, socklen_t(buffer.count)) != nil else { return written }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/64"
}
