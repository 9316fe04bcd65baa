public import OrderEngine
public import Trading

/// A snapshot of the engine as bytes.
public enum SnapshotCoder {
    /// The version that is written. A snapshot of another version is passed over: the records have it all. The base of a pruned
    /// ledger is one too, and stands for records that are gone: whoever adds a version keeps reading all from 3 on.
    public static let version: UInt8 = 3
    /// The version of one with fills that their exchange names by texts: these follow the numbers of each order.
    public static let namedFillsVersion: UInt8 = 4

    public static func encode(_ snapshot: EngineSnapshot) -> [UInt8] {
        var writer = ByteWriter()
        let hasNamedFills = snapshot.hasNamedFills
        writer.append(byte: hasNamedFills ? namedFillsVersion : version)
        writer.append(varint: snapshot.nextOrderID.rawValue)
        writer.append(varint: UInt64(snapshot.orders.count))
        for entry in snapshot.orders { writer.append(entry, hasNamedFills: hasNamedFills) }
        writer.append(varint: UInt64(snapshot.finished.count))
        for id in snapshot.finished { writer.append(varint: id.rawValue) }
        writer.append(varint: UInt64(snapshot.funds.count))
        for row in snapshot.funds {
            writer.append(zigzag: row.account.rawValue)
            writer.append(row.coin)
            writer.append(row.funds.total)
            writer.append(row.funds.reserved)
        }
        writer.append(varint: UInt64(snapshot.panics.count))
        for panic in snapshot.panics {
            writer.append(zigzag: panic.account.rawValue)
            writer.append(panic.since)
            writer.append(varint: UInt64(panic.orders))
            writer.append(byte: panic.isCleared ? 1 : 0)
        }
        writer.appendChecksum(from: 0)
        return writer.bytes
    }

    /// Reads a snapshot of an exchange's engine back: the bytes do not name it, the row beside them does. Throws for bytes of another
    /// version, cut short, changed, or with anything behind them.
    public static func decode(_ bytes: [UInt8], of exchange: ExchangeID) throws(StoredBytesError) -> EngineSnapshot {
        var reader = try ByteReader(checked: bytes)
        let version = try reader.byte()
        let hasNamedFills = version == namedFillsVersion
        guard version == SnapshotCoder.version || hasNamedFills else { throw .unknownVersion(version) }
        let next = OrderID(try reader.varint())
        var snapshot = EngineSnapshot(exchange: exchange, nextOrderID: next, orders: [], finished: [], funds: [])
        for _ in 0..<(try reader.count()) {
            snapshot.orders.append(try reader.entry(of: exchange, hasNamedFills: hasNamedFills))
        }
        // One snapshot, one form.
        guard snapshot.hasNamedFills == hasNamedFills else { throw .unknownVersion(version) }
        for _ in 0..<(try reader.count()) { snapshot.finished.append(OrderID(try reader.varint())) }
        for _ in 0..<(try reader.count()) {
            let account = AccountID(try reader.zigzag())
            let coin = try reader.coin()
            let total = try reader.decimal()
            let funds = Funds(total: total, reserved: try reader.decimal())
            snapshot.funds.append(.init(account: account, coin: coin, funds: funds))
        }
        for _ in 0..<(try reader.count()) {
            let account = AccountID(try reader.zigzag())
            let since = try reader.time()
            let orders = try reader.whole()
            let isCleared = try reader.isPresent("an end")
            snapshot.panics.append(
                Panic(account: account, since: since, orders: orders, isCleared: isCleared))
        }
        try reader.finish()
        return snapshot
    }
}

extension EngineSnapshot {
    fileprivate var hasNamedFills: Bool { orders.contains { $0.fillIDs.contains { $0.number == nil } } }
}

extension ByteWriter {
    fileprivate mutating func append(_ entry: OrderEntry, hasNamedFills: Bool) {
        append(entry.order)
        // In order, so that equal snapshots are equal bytes.
        let ids = entry.fillIDs.sorted()
        let numbers = ids.compactMap(\.number)
        append(varint: UInt64(numbers.count))
        for number in numbers { append(varint: number) }
        if hasNamedFills {
            append(varint: UInt64(ids.count - numbers.count))
            for id in ids where id.number == nil { append(id.description) }
        }
        append(optional: entry.triggeredChild)
        append(byte: entry.contraReady == nil ? 0 : 1)
        if let quantity = entry.contraReady { append(quantity) }
        append(byte: entry.cancelRetryAt == nil ? 0 : 1)
        if let time = entry.cancelRetryAt { append(time) }
        append(byte: entry.move == nil ? 0 : 1)
        if let move = entry.move {
            append(move.price)
            append(move.quantity)
            append(move.held)
            append(move.line)
        }
        append(byte: entry.triggerSetAt == nil ? 0 : 1)
        if let time = entry.triggerSetAt { append(time) }
    }
}

extension ByteReader {
    fileprivate mutating func entry(
        of exchange: ExchangeID, hasNamedFills: Bool
    ) throws(StoredBytesError) -> OrderEntry {
        var entry = OrderEntry(order: try order(of: exchange))
        let fills = try count()
        entry.fillIDs.reserveCapacity(fills)
        for _ in 0..<fills { entry.fillIDs.insert(FillID(try varint())) }
        if hasNamedFills {
            for _ in 0..<(try count()) { entry.fillIDs.insert(try fillName()) }
        }
        entry.triggeredChild = try optionalOrderID()
        if try isPresent("a quantity") { entry.contraReady = try decimal() }
        if try isPresent("a time") { entry.cancelRetryAt = try time() }
        if try isPresent("a move") {
            let price = try decimal()
            let quantity = try decimal()
            let held = try decimal()
            entry.move = MoveTerms(price: price, quantity: quantity, held: held, line: try text())
        }
        if try isPresent("a time") { entry.triggerSetAt = try time() }
        return entry
    }

    fileprivate mutating func isPresent(_ what: String) throws(StoredBytesError) -> Bool {
        let start = offset
        let code = try byte()
        guard code <= 1 else { throw .unknownCode("presence of \(what)", UInt64(code), at: start) }
        return code == 1
    }
}
