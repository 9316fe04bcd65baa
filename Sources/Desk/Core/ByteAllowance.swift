import Accounts
import CommandGrammar
import Ledger
import OrderEngine
import Trading

/// How many bytes each account has made the desk write today: records and the rows made of them, notifications, tags.
///
/// Days are UTC's. Kept in memory, and on disk when an account has written `storedEvery` bytes more, so that a restart gives at
/// most that much anew.
struct WrittenBytes {
    struct Today: Hashable {
        let day: Int64
        var bytes: Int
        /// As far as the disk knows.
        var stored: Int
    }

    /// Bytes after which an account's sum is written.
    static let storedEvery = 65_536
    /// Bytes that a row takes beside its texts: its numbers, and its entries in indexes.
    static let rowOverhead = 64

    fileprivate var today: [AccountID: Today] = [:]
    fileprivate var touched: Set<AccountID> = []

    static func day(of moment: Timestamp) -> Int64 {
        moment.nanoseconds / (86_400 * Timestamp.nanosecondsPerSecond)
    }
}

extension DeskCore {
    /// Does what writes rows for an account, and counts their bytes.
    func counting<T>(_ account: AccountID?, _ body: (LedgerTransaction) throws -> T) throws -> T {
        let transaction = try ledgerTransaction()
        let before = transaction.bytesBound
        let result = try body(transaction)
        if let account { try charge(transaction.bytesBound - before + WrittenBytes.rowOverhead, to: account) }
        return result
    }

    /// Counts bytes that were written for an account.
    func charge(_ bytes: Int, to account: AccountID) throws {
        var today = try bytesToday(account)
        today.bytes += bytes
        people.figures.writtenBytes.today[account] = today
        people.figures.writtenBytes.touched.insert(account)
    }

    private func bytesToday(_ account: AccountID) throws -> WrittenBytes.Today {
        let day = WrittenBytes.day(of: now)
        if let known = people.figures.writtenBytes.today[account], known.day == day { return known }
        let stored = try ledgerTransaction().writtenBytes(account, day: day)
        let today = WrittenBytes.Today(day: day, bytes: stored, stored: stored)
        people.figures.writtenBytes.today[account] = today
        return today
    }

    /// Writes the sums that have grown enough; once a batch.
    func flushWrittenBytes() throws {
        for account in people.figures.writtenBytes.touched.sorted() {
            guard var today = people.figures.writtenBytes.today[account],
                today.bytes - today.stored >= WrittenBytes.storedEvery
            else {
                continue
            }
            today.stored = today.bytes
            people.figures.writtenBytes.today[account] = today
            try ledgerTransaction().setWrittenBytes(account, day: today.day, today.bytes)
        }
        people.figures.writtenBytes.touched.removeAll(keepingCapacity: true)
    }

    // MARK: Who is over it

    func isOverAllowance(_ account: AccountID) throws -> Bool {
        try bytesToday(account).bytes >= configuration.limits.accountBytesADay
    }

    /// Refuses what would make orders for an account that has written as much as it may today.
    func requireAllowance(_ context: LineContext) throws {
        guard let login = context.login, try isOverAllowance(login.account) else { return }
        throw overAllowance(login)
    }

    /// Why a line is refused for an account that is over its allowance; nil where the line is done all the same: questions, and
    /// what takes orders off.
    func refusalOverAllowance(_ parsed: ParsedLine, _ session: Session, isTagged: Bool) -> Refusal? {
        guard let login = session.login, let command = parsed.command, refusalOfRights(command, login) == nil else {
            return nil
        }
        switch command {
        case _ where command.makesOrder: return overAllowance(login)
        // It would only let orders in again.
        case .resume(from: nil): return overAllowance(login)
        case .go where session.preview?.command.makesOrder == true || session.hint != nil: return overAllowance(login)
        case .cancel, .panic, .undo: return nil
        default: return isTagged && command.isKeptWithTag ? overAllowance(login) : nil
        }
    }

    private func overAllowance(_ login: Session.Login) -> Refusal {
        let midnight = Timestamp(seconds: (WrittenBytes.day(of: now) + 1) * 86_400)
        return Refusal(
            .tooMuchWritten,
            "\(login.name) has reached today's storage limit of \(configuration.limits.accountBytesADay) bytes",
            details: ["cancel, panic and questions work; orders are taken again at \(midnight)"])
    }
}
