import GRDB
import GRDBSQLite
import Trading

/// The values of one row, or the arguments of one question, in the order of their places in the statement.
///
/// Texts and blobs are written one after another into one buffer that is used again for every row, so that a row costs
/// no allocation.
struct RowValues {
    fileprivate enum Value {
        case null
        case integer(Int64)
        case text(start: Int, count: Int)
        case blob(start: Int, count: Int)
    }

    fileprivate private(set) var values: [Value] = []
    private(set) var writer = ByteWriter()

    fileprivate mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        writer.removeAll()
    }

    mutating func append(_ value: Int64) { values.append(.integer(value)) }

    mutating func append(_ flag: Bool) { append(Int64(flag ? 1 : 0)) }

    mutating func append(optional value: Int64?) { values.append(value.map { .integer($0) } ?? .null) }

    mutating func append(_ id: OrderID) { append(Int64(bitPattern: id.rawValue)) }

    /// A number as a number, which sorts before all texts; one that no table can have, and a text, as text.
    mutating func append(_ id: FillID) {
        if let number = id.number.flatMap({ Int64(exactly: $0) }) { append(number) } else { append(id.description) }
    }

    /// What no fill's name is below.
    mutating func append(first id: FillID?) { if let id { append(id) } else { append(Int64.min) } }

    /// What no fill's name is above: SQLite sorts blobs behind numbers and texts.
    mutating func append(last id: FillID?) { if let id { append(id) } else { append([] as [UInt8]) } }

    mutating func append(_ time: Timestamp) { append(time.nanoseconds) }

    mutating func appendNull() { values.append(.null) }

    /// A text made by writing to the buffer.
    mutating func appendText(_ write: (inout ByteWriter) -> Void) {
        let start = writer.count
        write(&writer)
        values.append(.text(start: start, count: writer.count - start))
    }

    mutating func append(_ text: String) { appendText { $0.append(rawText: text) } }

    mutating func append(optional text: String?) {
        if let text { append(text) } else { appendNull() }
    }

    mutating func append(_ decimal: ExactDecimal) { appendText { $0.append(textOf: decimal) } }

    mutating func append(_ pair: Pair) { appendText { $0.append(textOf: pair) } }

    mutating func append(_ coin: Coin) { appendText { $0.append(textOf: coin) } }

    mutating func append(_ exchange: ExchangeID) { appendText { $0.append(textOf: exchange) } }

    mutating func append(optional exchange: ExchangeID?) {
        if let exchange { append(exchange) } else { appendNull() }
    }

    /// A blob made by writing to the buffer.
    mutating func appendBlob(_ write: (inout ByteWriter) -> Void) {
        let start = writer.count
        write(&writer)
        values.append(.blob(start: start, count: writer.count - start))
    }

    mutating func append(_ bytes: [UInt8]) { appendBlob { $0.append(rawBytes: bytes) } }
}

/// One row of an answer, while it is being looked at.
struct RowColumns {
    fileprivate let handle: SQLiteStatement

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        guard let start, count > 0 else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// What `RowValues.append(_: FillID)` wrote; nil for anything else.
    func fillID(_ column: Int32) -> FillID? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: UInt64(exactly: integer(column)).map { FillID($0) }
        case SQLITE_TEXT: FillID(text(column))
        default: nil
        }
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
}

/// A statement that stays prepared, run through SQLite's own calls.
///
/// GRDB prepares it and keeps it; binding and stepping go past GRDB, whose arguments would cost more than the row. The
/// bound pointers lead into the row's buffer and live only inside `step`, as SQLITE_STATIC asks.
final class HeldStatement {
    private let statement: Statement
    private let database: Database
    private var handle: SQLiteStatement { statement.sqliteStatement }

    init(_ sql: String, on database: Database) throws {
        statement = try database.makeStatement(sql: sql)
        self.database = database
    }

    /// Runs it with the values, calling back for each row until false is returned. Empties `values`.
    func run(_ values: inout RowValues, each: (RowColumns) throws -> Bool = { _ in true }) throws {
        defer { values.removeAll() }
        try values.writer.bytes.withUnsafeBytes { buffer in
            defer {
                sqlite3_reset(handle)
                sqlite3_clear_bindings(handle)
            }
            for (index, value) in values.values.enumerated() {
                try check(bind(value, at: Int32(index + 1), from: buffer))
            }
            while true {
                let code = sqlite3_step(handle)
                switch code {
                case SQLITE_ROW: guard try each(RowColumns(handle: handle)) else { return }
                case SQLITE_DONE: return
                default: try check(code)
                }
            }
        }
    }

    private func bind(_ value: RowValues.Value, at index: Int32, from buffer: UnsafeRawBufferPointer) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .text(let start, let count):
            guard count > 0, let base = buffer.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, nil) }
            let text = (base + start).assumingMemoryBound(to: CChar.self)
            // nil is SQLITE_STATIC: no copy is made.
            return sqlite3_bind_text(handle, index, text, Int32(count), nil)
        case .blob(let start, let count):
            guard count > 0, let base = buffer.baseAddress else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob(handle, index, base + start, Int32(count), nil)
        }
    }

    private func check(_ code: Int32) throws {
        guard code != SQLITE_OK else { return }
        throw DatabaseError(
            resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: statement.sql)
    }
}
