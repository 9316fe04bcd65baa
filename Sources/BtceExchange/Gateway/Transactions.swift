import Exchange
import Trading

/// A question for transactions that waits for its answer.
struct TransactionsQuestion {
    /// The lowest number that is asked for.
    let first: UInt64
    /// How many rows the exchange was asked for.
    let count: Int
    let deadline: Timestamp
}

/// TransHistory, a page for each question. A cursor is the lowest number of a row that is asked for.
extension BtceGateway {
    func askTransactions(
        _ id: QueryID, after cursor: HistoryCursor?, limit: Int, _ deadline: Timestamp, _ account: TradedAccount
    ) {
        guard let first = BtceGateway.number(of: cursor) else {
            return answer(
                id, .refused(.unknownSequence, reason: "no place in a list of transactions: \(cursor?.text ?? "")"))
        }
        guard limit > 0, let key = account.key else { return answer(id, .transactions([], next: cursor)) }
        let count = min(limit, settings.historyRows)
        var range = HistoryRange(count: UInt64(count), isOldestFirst: true)
        if first > 0 { range.firstID = first }
        account.transactions[id] = TransactionsQuestion(first: first, count: count, deadline: deadline)
        let isTaken = dispatch.add(
            .transactionHistory(range), key: key, urgency: .question, ticket: .transactions(account.id, id),
            sendBy: deadline)
        if !isTaken { neverSent(.transactions(account.id, id), because: "too many requests wait for the exchange") }
    }

    /// The number that a cursor stands for, in the one way in which it is written; nil where it is none of this adapter's.
    static func number(of cursor: HistoryCursor?) -> UInt64? {
        guard let cursor else { return 0 }
        guard let number = UInt64(cursor.text), number <= UInt64(Int64.max), HistoryCursor(number: number) == cursor
        else { return nil }
        return number
    }

    func takeTransactionsAnswer(
        _ answer: Result<HTTPResponse, AnswerFailure>, _ id: QueryID, _ account: TradedAccount
    ) {
        guard let question = account.transactions.removeValue(forKey: id) else { return }
        do throws(AnswerFailure) {
            let told = try reader.transactionPage(try answer.get())
            countLeftOut(told)
            let rows = told.rows.filter { $0.id >= question.first }
            for row in rows where !isCountable(.one, row.amount) { throw .absurd(row.id) }
            let isFull = told.count >= question.count
            guard !isFull || told.last.map({ $0 >= question.first }) ?? false else {
                // An exchange that takes `from_id` for something else would be asked for the same page for ever.
                throw .unreadable(
                    path: "return", message: "no row from \(question.first) on, and others that were not asked for")
            }
            let next = isFull ? told.last.map { HistoryCursor(number: $0 + 1) } : nil
            self.answer(id, .transactions(rows.map(BtceGateway.transaction), next: next))
        } catch {
            self.answer(id, BtceGateway.noTransactions(error))
        }
    }

    /// Rows that the desk has no words for are seen by the operator at least.
    func countLeftOut(_ page: TransactionPage) {
        for _ in page.rows.count..<page.count { count("transaction left out") }
    }

    private static func noTransactions(_ failure: AnswerFailure) -> ExchangeAnswer {
        if case .refused(.invalidMethod, let words) = failure {
            return .refused(.exchangeRejected, reason: "this exchange lists no transactions: \(words)")
        }
        return failure.code == .notAllowed ? .refused(.notAllowed, reason: failure.reason) : .lost
    }

    private static func transaction(_ row: WireTransaction) -> ExchangeTransaction {
        ExchangeTransaction(
            id: String(row.id), kind: row.kind.reason, status: row.status.status, coin: row.coin, amount: row.amount,
            description: row.text, exchangeOrderID: row.orderID.map { String($0) }, at: row.at,
            place: HistoryCursor(number: row.id))
    }
}
