import Trading

/// One entry of an exchange's books, to be kept as it is: the newest value of a key replaces the one before.
public struct BookEntry: Hashable, Sendable {
    /// Printable; a pair, an order, a balance by its name.
    public let key: String
    /// Nil takes the key out of the books.
    public let value: [UInt8]?

    public init(key: String, value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

/// Why books cannot be read.
public enum BookError: Error, Hashable, Sendable {
    /// The key or the bytes of an entry are none that this program writes.
    case unreadable(key: String)
    /// An entry names another that is not there.
    case incomplete(key: String)
}

/// What has changed since the books were last drained, by key: a key that changed twice is written once.
struct PaperChanges {
    /// What must not be lost.
    var durable: Set<PaperKey> = []
    /// What a tape will say again: quotes, prints and its own position.
    var market: Set<PaperKey> = []
}

/// What the books have an entry for.
enum PaperKey: Hashable {
    case balance(AccountID, Coin)
    case counters
    case fill(FillID)
    case market(Pair)
    case note(String)
    case order(UInt64)
    case print(Pair, slot: Int)
    case rules(Pair)

    var text: String {
        switch self {
        case .balance(let account, let coin): "balance/\(account.rawValue)/\(coin)"
        case .counters: "counters"
        case .fill(let id): "fill/\(id)"
        case .market(let pair): "market/\(pair)"
        case .note(let name): "note/\(name)"
        case .order(let number): "order/\(number)"
        case .print(let pair, let slot): "print/\(pair)/\(slot)"
        case .rules(let pair): "rules/\(pair)"
        }
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count == 2 ? parts[1] : ""
        let words = rest.split(separator: "/", omittingEmptySubsequences: false)
        switch (parts[0], words.count) {
        case ("balance", 2):
            guard let account = Int64(words[0]), let coin = Coin(words[1]) else { return nil }
            self = .balance(AccountID(account), coin)
        case ("counters", _):
            self = .counters
        case ("fill", 1):
            guard let id = UInt64(words[0]) else { return nil }
            self = .fill(FillID(id))
        case ("market", 1):
            guard let pair = Pair(words[0]) else { return nil }
            self = .market(pair)
        case ("note", _):
            self = .note(String(rest))
        case ("order", 1):
            guard let number = UInt64(words[0]) else { return nil }
            self = .order(number)
        case ("print", 2):
            guard let pair = Pair(words[0]), let slot = Int(words[1]) else { return nil }
            self = .print(pair, slot: slot)
        case ("rules", 1):
            guard let pair = Pair(words[0]) else { return nil }
            self = .rules(pair)
        default:
            return nil
        }
    }
}

extension PaperExchange {
    /// Whether something changed that must be written. Quotes and prints of a tape alone need not be.
    public var hasDurableChanges: Bool { !changes.durable.isEmpty }

    /// What changed since the last call, each key once with its newest value, in the order of the keys: to be written in one
    /// transaction. Market data is included, so that the books are always those of one moment.
    public func drainBookChanges() -> [BookEntry] {
        let keys = changes.durable.union(changes.market)
        changes = PaperChanges()
        return keys.map { BookEntry(key: $0.text, value: encoded($0)) }.sorted { $0.key < $1.key }
    }

    /// The whole books, in the order of their keys.
    public func bookEntries() -> [BookEntry] {
        var keys: [PaperKey] = [.counters]
        for (account, wallet) in wallets { keys += wallet.balances.keys.map { .balance(account, $0) } }
        keys += fills.keys.map { .fill($0) }
        keys += notes.keys.map { .note($0) }
        keys += orders.keys.map { .order($0) }
        for market in markets {
            keys += [.rules(market.rules.pair), .market(market.rules.pair)]
            keys += market.prints.indices.map { .print(market.rules.pair, slot: $0) }
        }
        return keys.map { BookEntry(key: $0.text, value: encoded($0)) }.sorted { $0.key < $1.key }
    }

    // MARK: Writing an entry

    private func encoded(_ key: PaperKey) -> [UInt8]? {
        var bytes = BookWriter()
        switch key {
        case .balance(let account, let coin):
            guard let balance = wallets[account]?.balances[coin] else { return nil }
            bytes.write(balance.free)
            bytes.write(balance.held)
        case .counters:
            bytes.write(counters.order)
            bytes.write(counters.fill)
            bytes.write(counters.finished)
        case .fill(let id):
            guard let fill = fills[id] else { return nil }
            bytes.write(fill)
        case .market(let pair):
            guard let index = marketIndex[pair] else { return nil }
            bytes.write(markets[index])
        case .note(let name):
            guard let note = notes[name] else { return nil }
            bytes.bytes += note
        case .order(let number):
            guard let order = orders[number] else { return nil }
            bytes.write(order)
        case .print(let pair, let slot):
            guard let index = marketIndex[pair], slot < markets[index].prints.count else { return nil }
            bytes.write(markets[index].prints[slot])
        case .rules(let pair):
            guard let index = marketIndex[pair] else { return nil }
            bytes.write(markets[index].rules)
        }
        return bytes.bytes
    }

    // MARK: Reading the books

    func restore(_ entries: some Sequence<BookEntry>) throws(BookError) {
        var values: [(key: PaperKey, bytes: [UInt8])] = []
        for entry in entries.sorted(by: { $0.key < $1.key }) {
            guard let bytes = entry.value else { continue }
            guard let key = PaperKey(entry.key) else { throw .unreadable(key: entry.key) }
            values.append((key, bytes))
        }
        // In the order in which they lean on one another.
        for (key, bytes) in values { try restoreRules(key, bytes) }
        for (key, bytes) in values { try restoreMarket(key, bytes) }
        for (key, bytes) in values { try restoreOrder(key, bytes) }
        for (key, bytes) in values { try restoreFill(key, bytes) }
        try takeUpOrders()
        takeUpFills()
    }

    private func read<Value>(
        _ key: PaperKey, _ bytes: [UInt8], _ body: (inout BookReader) throws(BookReader.Malformed) -> Value
    ) throws(BookError) -> Value {
        do {
            var reader = try BookReader(bytes)
            let value = try body(&reader)
            try reader.expectEnd()
            return value
        } catch {
            throw .unreadable(key: key.text)
        }
    }

    private func restoreRules(_ key: PaperKey, _ bytes: [UInt8]) throws(BookError) {
        switch key {
        case .rules(let pair):
            let rules = try read(key, bytes) { (reader) throws(BookReader.Malformed) in try reader.readRules(of: pair) }
            openMarket(rules)
        case .note(let name):
            notes[name] = try read(key, bytes) { (reader) throws(BookReader.Malformed) in reader.readRest() }
        case .counters:
            counters = try read(key, bytes) { (reader) throws(BookReader.Malformed) in
                PaperCounters(order: try reader.read(), fill: try reader.read(), finished: try reader.read())
            }
        case .balance(let account, let coin):
            wallets[account, default: PaperWallet()].balances[coin] = try read(key, bytes) {
                (reader) throws(BookReader.Malformed) in
                PaperWallet.Balance(free: try reader.readDecimal(), held: try reader.readDecimal())
            }
        case .fill, .market, .order, .print:
            break
        }
    }

    private func restoreMarket(_ key: PaperKey, _ bytes: [UInt8]) throws(BookError) {
        switch key {
        case .market(let pair):
            guard let index = marketIndex[pair] else { throw .incomplete(key: key.text) }
            var market = markets[index]
            try read(key, bytes) { (reader) throws(BookReader.Malformed) in try reader.read(into: &market) }
            // Slots are filled from the prints' own entries.
            let slots = Int(min(market.printCount, UInt64(PaperMarket.recentTradesMax)))
            let none = MarketTrade(
                pair: pair, price: .zero, quantity: .zero, takerSide: nil, at: Timestamp(nanoseconds: 0))
            if market.prints.count < slots {
                market.prints += Array(repeating: none, count: slots - market.prints.count)
            }
            markets[index] = market
        case .print(let pair, let slot):
            // `market/` sorts before `print/`, so that the slots are there.
            guard let index = marketIndex[pair], markets[index].prints.indices.contains(slot) else {
                throw .incomplete(key: key.text)
            }
            markets[index].prints[slot] = try read(key, bytes) { (reader) throws(BookReader.Malformed) in
                try reader.readPrint(of: pair)
            }
        case .balance, .counters, .fill, .note, .order, .rules:
            break
        }
    }

    private func restoreOrder(_ key: PaperKey, _ bytes: [UInt8]) throws(BookError) {
        guard case .order(let number) = key else { return }
        let order = try read(key, bytes) { (reader) throws(BookReader.Malformed) in try reader.readOrder(number) }
        orders[number] = order
        orderNumbers[PaperOrderName(account: order.order.account, client: order.order.clientOrderID)] = number
    }

    private func restoreFill(_ key: PaperKey, _ bytes: [UInt8]) throws(BookError) {
        guard case .fill(let id) = key else { return }
        let fill = try read(key, bytes) { (reader) throws(BookReader.Malformed) in try reader.readFill(id) }
        guard orders[fill.order] != nil else { throw .incomplete(key: key.text) }
        fills[id] = fill
    }

    /// Puts the open orders back on the book: their numbers are the order in which they came, and so their time priority.
    private func takeUpOrders() throws(BookError) {
        for number in orders.keys.sorted() {
            guard let order = orders[number], order.finishedAs == nil else { continue }
            guard let market = marketIndex[order.order.pair], order.remaining.isPositive else {
                throw .incomplete(key: PaperKey.order(number).text)
            }
            orders[number]?.handle = markets[market].book.add(
                number, order.order.side, price: order.order.price.bound, quantity: order.remaining)
            wallets[order.order.account, default: PaperWallet()].openOrders.append(number)
        }
        let closed = orders.values.compactMap { order in order.finishedAs.map { (at: $0, number: order.number) } }
        finished.append(contentsOf: closed.sorted { $0.at < $1.at }.map(\.number))
    }

    private func takeUpFills() {
        for id in fills.keys.sorted() {
            guard let number = fills[id]?.order, let account = orders[number]?.order.account else { continue }
            orders[number]?.fills.append(id)
            wallets[account, default: PaperWallet()].fills.append(id)
        }
    }
}
