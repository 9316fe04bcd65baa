public import GRDB
import OrderEngine
import Trading

/// What may be done inside one transaction. Gone when it ends.
///
/// Its first write takes the database's write lock. A failure fails the whole transaction, also where the caller would
/// rather not have noticed.
public final class LedgerTransaction: LedgerReading {
    let ledger: Ledger
    private let connection: LedgerConnection
    private var hasBegun = false
    private var isOver = false
    private var firstFailure: LedgerError?

    init(ledger: Ledger, connection: LedgerConnection) {
        self.ledger = ledger
        self.connection = connection
    }

    var boundBytes: Int { connection.boundBytes }

    func perform<T>(_ body: (LedgerTransaction) throws -> T) throws -> T {
        defer { isOver = true }
        do {
            let result = try body(self)
            if let firstFailure { throw firstFailure }
            if ledger.options.discardsWrites { try discard() }
            if hasBegun { try connection.database.commit() }
            return result
        } catch {
            // SQLite may have rolled back by itself; then there is nothing left to do, and the first error is the news.
            if connection.database.isInsideTransaction { try? connection.database.rollback() }
            throw firstFailure ?? error
        }
    }

    /// Ends it as if it had been committed, with nothing written.
    private func discard() throws {
        if hasBegun { try connection.database.rollback() }
        hasBegun = false
        ledger.heads = Ledger.Heads()
    }

    /// For other rooms' tables. Takes the write lock, so that what is read here cannot change before it is written.
    public var database: Database {
        get throws(LedgerError) { try write { $0.database } }
    }

    /// Does something that writes.
    ///
    /// The lock is taken with the first write, not with the first read: a transaction that has read and then wants to
    /// write is refused at once where another process wrote in between (SQLITE_BUSY_SNAPSHOT). What is read before sees
    /// what is committed.
    func write<T>(_ body: (LedgerConnection) throws -> T) throws(LedgerError) -> T {
        precondition(!isOver, "a transaction used after its end")
        // SQLite rolls back by itself where the disk fails, and takes what is written after that as transactions of their own.
        if let firstFailure { throw firstFailure }
        do {
            if hasBegun, !connection.database.isInsideTransaction { throw Abandoned.byDatabase }
            if !hasBegun {
                try connection.database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
                hasBegun = true
            }
            return try body(connection)
        } catch {
            throw failed(error)
        }
    }

    /// What the queries stand on. They see what this transaction has written.
    public func onConnection<T>(_ body: (LedgerConnection) throws -> T) throws(LedgerError) -> T {
        precondition(!isOver, "a transaction used after its end")
        do {
            return try body(connection)
        } catch {
            throw failed(error)
        }
    }

    private enum Abandoned: Error, CustomStringConvertible {
        case byDatabase

        var description: String { "the database rolled it back" }
    }

    private func failed(_ error: any Error) -> LedgerError {
        let failure = ledger.translated(error)
        if firstFailure == nil { firstFailure = failure }
        return failure
    }
}
