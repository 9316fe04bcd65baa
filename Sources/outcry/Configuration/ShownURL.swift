extension String {
    /// What may be shown of a text that may be a URL or have one in it: in a message, in the log and by `outcry config`.
    ///
    /// Passwords stand before an `@`, and tokens behind a `?` or `#`, so nothing of them is shown: `https://(not shown)` and
    /// `https://desk.example?(not shown)`. Neither is what stands in the place of a port and is no number, for it is a password
    /// whose `@` was left out or cut off.
    var withoutSecrets: String {
        let hidden = "(not shown)"
        let scheme = ["https", "http", "wss", "ws"].map { "\($0)://" }.first { contains($0) }
        if contains("@") || lowercased().contains("%40") { return (scheme ?? "") + hidden }
        if let mark = firstIndex(where: { $0 == "?" || $0 == "#" }) {
            return String(self[...mark]).withoutWordForPort(hidden) + hidden
        }
        return withoutWordForPort(hidden)
    }

    /// A message that quotes that text, without its secrets.
    func hidingSecrets(of text: String) -> String {
        let shown = text.withoutSecrets
        return shown == text ? self : replacing(text, with: shown)
    }

    private func withoutWordForPort(_ hidden: String) -> String {
        guard let scheme = firstRange(of: "://") else { return self }
        let authority = self[scheme.upperBound...].prefix { !"/?#".contains($0) }
        // The colons of an IPv6 address stand in its brackets.
        let name = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority
        guard let colon = name.firstIndex(of: ":") else { return self }
        let port = name[name.index(after: colon)...]
        guard port.contains(where: { !$0.isASCII || !$0.isNumber }) else { return self }
        return String(self[...colon]) + hidden + self[port.endIndex...]
    }
}
