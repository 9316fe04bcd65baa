/// The last of what was sent and received, for whoever has to find out what went wrong.
final class Story {
    private var lines: [(who: String, text: String)] = []
    private static let linesKept = 4_000
    private static let charactersShown = 600

    func note(_ who: String, _ text: String) {
        lines.append((who, text.count > Story.charactersShown ? text.prefix(Story.charactersShown) + "..." : text))
        if lines.count > 2 * Story.linesKept { lines.removeFirst(Story.linesKept) }
    }

    /// The end of it, as far as it is about this account or about the server.
    func end(of who: String, lines count: Int = 150) -> String {
        lines.filter { $0.who.hasPrefix(who) || $0.who == "server" }.suffix(count)
            .map { "\($0.who) \($0.text)" }.joined(separator: "\n")
    }
}
