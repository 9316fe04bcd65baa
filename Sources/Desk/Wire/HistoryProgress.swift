import Conversation
import Exchange
import Trading

/// How far what was at an exchange before the desk has been read, for people.
extension Seat {
    /// What of an account's history is still being read: `trades read up to 2015-03-01, transactions up to 2015-02-14`. Nil where
    /// nothing is, and where the exchange is not asked for the account.
    func historyWords(of account: AccountID, _ zone: TimeZoneRules) -> String? {
        guard wire != nil, !lacksKey(account), let watch = wire?.accounts[account] else { return nil }
        func words(_ what: String, _ upTo: Timestamp?) -> String {
            "\(what) read up to \(upTo.map { String(zone.dateAndTime(of: $0).prefix(10)) } ?? "their beginning")"
        }
        var parts: [String] = []
        if !watch.trades.isWhole { parts.append(words("trades", watch.trades.upTo)) }
        if exchange.traits.listsTransactions, !watch.transactions.isWhole {
            parts.append(words("transactions", watch.transactions.upTo))
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The same for programs.
    func historyFields(of account: AccountID) -> JSONObject {
        let watch = lacksKey(account) ? nil : wire?.accounts[account]
        let lists = exchange.traits.listsTransactions
        return [
            "trades_read": watch.map { .bool($0.trades.isWhole) } ?? .null,
            "trades_read_to": watch?.trades.upTo?.json ?? .null,
            "transactions_read": lists ? watch.map { .bool($0.transactions.isWhole) } ?? .null : .null,
            "transactions_read_to": lists ? watch?.transactions.upTo?.json ?? .null : .null,
        ]
    }

    /// How many accounts' trades, and transactions, have been read, of how many: for `jobs`. Nil for other jobs.
    func progress(of job: JobBook.Job) -> JobProgress? {
        let watches = (wire?.accounts ?? [:]).filter { !lacksKey($0.key) }.map(\.value)
        switch job {
        case .tradeHistory:
            return JobProgress(watches.map { ($0.trades.isWhole, $0.trades.upTo) })
        case .transactions where exchange.traits.listsTransactions:
            return JobProgress(watches.map { ($0.transactions.isWhole, $0.transactions.upTo) })
        default: return nil
        }
    }
}

/// How far a job has come that reads something for every account.
struct JobProgress: Hashable {
    let accounts: Int
    let read: Int
    /// How far those have come that are not read; of several the one that is behind the others. Nil where there is none, or nothing of it
    /// has been read.
    let upTo: Timestamp?

    init(_ accounts: [(isRead: Bool, upTo: Timestamp?)]) {
        self.accounts = accounts.count
        read = accounts.count { $0.isRead }
        let behind = accounts.filter { !$0.isRead }.map(\.upTo)
        upTo = behind.contains(nil) ? nil : behind.compactMap(\.self).min()
    }

    var isDone: Bool { read == accounts }

    func words(_ zone: TimeZoneRules) -> String {
        let rest = upTo.map { "; the rest up to \(zone.dateAndTime(of: $0).prefix(10))" } ?? ""
        return "\(read) of \(accounts) account\(accounts == 1 ? "" : "s") read\(isDone ? "" : rest)"
    }

    var json: JSONValue {
        ["accounts": .int(Int64(accounts)), "read": .int(Int64(read)), "read_to": upTo?.json ?? .null]
    }
}
