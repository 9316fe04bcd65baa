import CommandGrammar
import Conversation
import Exchange
import Ledger
import Trading

/// `transactions`: the desk asks the exchange first, where its list was read too long ago.
extension DeskCore {
    /// Rows whose status may have changed that such a question asks about, one by one.
    private static let checksOfALine = 5

    /// Answers once the lists of the exchanges that a line is about have been looked at; with what is known, and a line that says so,
    /// where an exchange does not answer.
    func runTransactions(_ query: HistoryQuery, _ context: LineContext) throws -> Reply? {
        try refreshTransactions(of: asked(context)[...], context, notes: []) { [unowned self] notes in
            try answer(TransactionsQuestion(desk: view, line: context.asked, query: query, notes: notes), context)
        }
    }

    private func refreshTransactions(
        of seats: ArraySlice<Seat>, _ context: LineContext, notes: [String],
        _ answer: @escaping ([String]) throws -> Reply?
    ) throws -> Reply? {
        let account = try context.account()
        guard let seat = seats.first else { return try answer(notes) }
        let rest = seats.dropFirst()
        if seat.isSilent(account) {
            let words =
                ["\(seat.name) is silent: this is what was known before"] + seat.readingWords(account, zone(context))
            return try refreshTransactions(of: rest, context, notes: notes + words, answer)
        }
        guard !isReadOnly, let place = seat.placeToRefresh(account) else {
            let words = seat.readingWords(account, zone(context))
            return try refreshTransactions(of: rest, context, notes: notes + words, answer)
        }
        let page = ExchangeQuery.transactions(
            account, after: place.cursor, limit: configuration.limits.transactionsPage)
        return try ask(page, context, at: seat, toldFailures: true) { [self] told in
            guard case .transactions(let rows, let next) = told else {
                let known = seat.readingWords(account, zone(context))
                let note = "\(seat.name) has not answered: this is what was known before"
                return try refreshTransactions(of: rest, context, notes: notes + [note] + known, answer)
            }
            // Further pages come in the background.
            if try seat.keep(rows, next: next, of: account) {
                _ = seat.wire?.change(account) { $0.transactions.want(at: now) }
            }
            let fresh = Set(rows.map(\.id))
            let unsettled = try ledgerTransaction()
                .unsettledTransactions(account, at: seat.id, limit: DeskCore.checksOfALine)
                .filter { !fresh.contains($0.id) }
            return try checkTransactions(unsettled[...], at: seat, context) { [self] in
                let known = seat.readingWords(account, zone(context))
                return try refreshTransactions(of: rest, context, notes: notes + known, answer)
            }
        }
    }

    private func checkTransactions(
        _ unsettled: ArraySlice<ListedTransaction>, at seat: Seat, _ context: LineContext,
        _ answer: @escaping () throws -> Reply?
    ) throws -> Reply? {
        let account = try context.account()
        guard let row = unsettled.first, let place = HistoryCursor(row.place) else { return try answer() }
        return try ask(.transactions(account, after: place, limit: 1), context, at: seat, toldFailures: true) {
            [self] told in
            if case .transactions(let rows, _) = told { for row in rows { try seat.keep(row, of: account) } }
            return try checkTransactions(unsettled.dropFirst(), at: seat, context, answer)
        }
    }
}

extension Seat {
    struct PlaceToRefresh {
        /// Nil: the first row.
        let cursor: HistoryCursor?
    }

    /// Whether it is known that nobody will answer.
    fileprivate func isSilent(_ account: AccountID) -> Bool {
        exchange.traits.listsTransactions && !lacksKey(account) && wire?.isLost == true
    }

    /// From where a question reads an account's list on; nil where what is known is of now, and where the exchange cannot be asked.
    fileprivate func placeToRefresh(_ account: AccountID) -> PlaceToRefresh? {
        guard exchange.traits.listsTransactions, !lacksKey(account), let watch = wire?.accounts[account] else {
            return nil
        }
        let reading = watch.transactions
        guard !reading.isRefused else { return nil }
        if let readAt = reading.readAt, now < readAt.advanced(bySeconds: Int64(limits.transactionsFreshSeconds)) {
            return nil
        }
        return PlaceToRefresh(cursor: reading.position)
    }

    /// That older rows are still being read, where they are.
    fileprivate func readingWords(_ account: AccountID, _ zone: TimeZoneRules) -> [String] {
        guard exchange.traits.listsTransactions, !lacksKey(account), let watch = wire?.accounts[account],
            watch.transactions.readAt == nil, let upTo = watch.transactions.upTo
        else { return [] }
        return ["\(name) is still being read: up to \(zone.dateAndTime(of: upTo)) so far"]
    }
}
