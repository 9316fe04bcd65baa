import Trading

/// One account of the desk under test: what it typed and what it was told.
final class Player {
    let name: String
    let token: String
    let book: AccountBook
    let story: Story
    private(set) var lines: [String: TypedLine] = [:]
    private(set) var typed: [TypedLine] = []
    private var typist: Typist
    /// Those that were not answered when last looked, the oldest first.
    var unanswered: [TypedLine] { typed.suffix(Player.linesLookedAt).filter { !$0.isAnswered } }

    /// More than can be under way at once.
    private static let linesLookedAt = 2_000

    init(name: String, token: String, story: Story) {
        (self.name, self.token, self.story) = (name, token, story)
        book = AccountBook(name: name)
        typist = Typist(name: name)
    }

    func nextLine(_ chance: inout SplitMix64) -> TypedLine {
        let line = typist.next(book, &chance)
        keep(line)
        if case .contra(let id) = line.kind { book.contraIsTyped(id) }
        return line
    }

    func keep(_ line: TypedLine) {
        lines[line.tag] = line
        typed.append(line)
    }

    // MARK: Replies

    func take(_ line: TypedLine, json raw: String, _ reply: Fields) throws {
        guard let text = reply.text("text") else { throw Contradiction("a reply without words: \(raw)") }
        try line.take(json: raw, text: text)
        guard reply.flag("ok") == line.isDone else { throw Contradiction("ok, or not: \(raw)") }
        let told = ["orders", "now"].flatMap { (try? reply.objects($0)) ?? [] }
        for order in [reply.object("order")].compactMap(\.self) + told { try book.learn(order) }
        try agree(line)
    }

    func take(_ line: TypedLine, text: String) throws {
        try line.take(text: text)
        try agree(line)
    }

    /// What asks for an order is answered with the order that has its quantity.
    private func agree(_ line: TypedLine) throws {
        guard case .order(let quantity) = line.kind, let id = line.orderID else { return }
        if let known = book.rootOfQuantity[quantity], known != id {
            throw Contradiction("\(line.tag) \(line.line) made #\(known), and is answered with #\(id)")
        }
        if let order = book.orders[id], order.quantity != quantity {
            throw Contradiction("\(line.tag) \(line.line) is answered with #\(id), which is of \(order.quantity)")
        }
    }
}
