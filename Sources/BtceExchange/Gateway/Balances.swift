import Exchange
import Trading

/// Reading what an account has. What is on orders is not in the funds that getInfo tells, so that ActiveOrders is asked between
/// two of them: where both say the same, nothing has moved in between.
struct BalanceReading {
    enum Step: Hashable {
        case before
        case active(Pair?)
        case transactions
        case after
    }

    /// Counts the readings: an answer to an earlier one does nothing.
    var number: UInt64 = 0
    /// What is still to be asked, in this order; the first is under way.
    var steps: [Step] = []
    var before: AccountInfo?
    var onOrders: [Coin: ExactDecimal] = [:]
    var orderCount: UInt64 = 0
    var tries = 0
    /// How often the first step has failed, one time after the other.
    var stepFailures = 0
    /// The questions that the reading under way answers, and those that came since.
    private(set) var asked: [QueryID: Timestamp] = [:]
    private(set) var waiting: [QueryID: Timestamp] = [:]

    /// The exchange's clock, as its last answer to getInfo had it.
    var serverTime: Timestamp?
    /// Transactions that have been told, and from which number on there may be others.
    var toldTransactions: Set<UInt64> = []
    var nextTransaction: UInt64?

    var isUnderWay: Bool { !steps.isEmpty }
    var count: Int { asked.count + waiting.count }
    var deadlines: [Timestamp] { Array(asked.values) + Array(waiting.values) }

    mutating func ask(_ id: QueryID, deadline: Timestamp) { waiting[id] = deadline }

    mutating func begin(_ steps: [Step], number: UInt64) {
        self.number = number
        self.steps = steps
        asked.merge(waiting) { first, _ in first }
        waiting = [:]
        clear()
    }

    mutating func clear() {
        before = nil
        onOrders = [:]
        orderCount = 0
    }

    /// The reading is over; the questions that it answers, lowest first.
    mutating func end() -> [QueryID] {
        steps = []
        tries = 0
        stepFailures = 0
        clear()
        defer { asked = [:] }
        return asked.keys.sorted()
    }

    /// The questions that have waited too long.
    mutating func takeLate(at now: Timestamp) -> [QueryID] {
        let late = (Array(asked) + Array(waiting)).filter { $0.value <= now }.map(\.key).sorted()
        for id in late {
            asked[id] = nil
            waiting[id] = nil
        }
        return late
    }
}

extension BtceGateway {
    /// Readings of one account's funds that may find them moved before nothing is answered.
    private static let balanceTriesMax = 5

    func askBalances(_ id: QueryID, _ deadline: Timestamp, _ account: TradedAccount) {
        account.balances.ask(id, deadline: deadline)
        if !account.balances.isUnderWay { readBalances(account) }
    }

    private func readBalances(_ account: TradedAccount) {
        let steps: [BalanceReading.Step] =
            [.before] + scopes(of: account, [.balances(account.id)]).map { .active($0) } + [.transactions, .after]
        account.balances.begin(steps, number: nextLookNumber())
        sendBalancesStep(account)
    }

    private func sendBalancesStep(_ account: TradedAccount) {
        guard let step = account.balances.steps.first, let key = account.key else {
            return failBalances(account, .lost)
        }
        let request: TapiRequest
        switch step {
        case .before, .after: request = .getInfo
        case .active(let pair): request = .activeOrders(pair: pair)
        case .transactions:
            var range = HistoryRange(count: UInt64(settings.historyRows))
            if let next = account.balances.nextTransaction {
                range.firstID = next
                range.isOldestFirst = true
            } else {
                // What is older than a day, by the exchange's own clock, explains no difference of now.
                range.since = (account.balances.serverTime ?? clock).advanced(bySeconds: -86_400)
            }
            request = .transactionHistory(range)
        }
        let isTaken = dispatch.add(
            request, key: key, urgency: .question, ticket: .balances(account.id, account.balances.number),
            sendBy: clock.advanced(byNanoseconds: settings.questionWaitNanoseconds))
        if !isTaken { failBalances(account, .lost) }
    }

    func takeBalancesAnswer(_ answer: Result<HTTPResponse, AnswerFailure>, _ account: TradedAccount) {
        guard let step = account.balances.steps.first else { return }
        do throws(AnswerFailure) {
            switch step {
            case .before:
                let info = try sane(try reader.accountInfo(try answer.get()))
                noteRights(info.rights, account)
                account.balances.serverTime = info.serverTime
                if let whole = info.fundsWithOrders { return answerBalances(info.funds, whole: whole, account) }
                account.balances.before = info
            case .active(_):
                for row in try reader.activeOrders(try answer.get()) {
                    guard isCountable(row.rate, row.remaining) else {
                        throw .unreadable(path: "return.\(row.id)", message: "more than any account can hold")
                    }
                    account.noteNumber(row.id, on: row.pair)
                    account.balances.orderCount += 1
                    let coin = row.side == .buy ? row.pair.quote : row.pair.base
                    let held = row.side == .buy ? row.rate.timesRoundedUp(row.remaining) : row.remaining
                    account.balances.onOrders[coin, default: .zero] += held
                }
            case .transactions:
                // Only words depend on it: an exchange that does not tell is not asked twice.
                do throws(AnswerFailure) {
                    takeTransactions(try reader.transactionPage(try answer.get()), account)
                } catch {
                    count("transactions not read")
                }
            case .after:
                let info = try sane(try reader.accountInfo(try answer.get()))
                noteRights(info.rights, account)
                return takeAfter(info, account)
            }
            account.balances.stepFailures = 0
            account.balances.steps.removeFirst()
            sendBalancesStep(account)
        } catch {
            if error.code != .notAllowed, account.balances.stepFailures < settings.stepRetriesMax {
                account.balances.stepFailures += 1
                return sendBalancesStep(account)
            }
            if error.code == .notAllowed {
                return failBalances(account, .refused(.notAllowed, reason: error.reason))
            }
            failBalances(account, .lost)
        }
    }

    private func takeAfter(_ after: AccountInfo, _ account: TradedAccount) {
        let reading = account.balances
        let isSame =
            reading.before?.funds == after.funds && reading.before?.openOrderCount == after.openOrderCount
            && (after.openOrderCount ?? reading.orderCount) == reading.orderCount
        guard !isSame else { return answerBalances(after.funds, onOrders: reading.onOrders, account) }
        count("funds moved while they were read")
        account.balances.tries += 1
        guard account.balances.tries < BtceGateway.balanceTriesMax else { return failBalances(account, .lost) }
        readBalances(account)
    }

    private func answerBalances(_ funds: CoinFunds, whole: CoinFunds, _ account: TradedAccount) {
        let free = Dictionary(funds.map { ($0.coin, $0.amount) }) { first, _ in first }
        var held: [Coin: ExactDecimal] = [:]
        for total in whole { held[total.coin] = total.amount - (free[total.coin] ?? .zero) }
        guard held.values.allSatisfy({ !$0.isNegative }) else { return failBalances(account, .lost) }
        answerBalances(funds, onOrders: held, account)
    }

    private func answerBalances(_ funds: CoinFunds, onOrders: [Coin: ExactDecimal], _ account: TradedAccount) {
        let free = Dictionary(funds.map { ($0.coin, $0.amount) }) { first, _ in first }
        let coins = Set(free.keys).union(onOrders.keys).sorted()
        let balances = coins.map {
            CoinBalance(coin: $0, free: free[$0] ?? .zero, held: onOrders[$0] ?? .zero)
        }
        for id in account.balances.end() { answer(id, .balances(balances)) }
        if account.balances.count > 0 { readBalances(account) }
    }

    func failBalances(_ account: TradedAccount, _ failure: ExchangeAnswer) {
        for id in account.balances.end() { answer(id, failure) }
        if account.balances.count > 0 { readBalances(account) }
    }

    /// Rows about an order move what the order holds, and are no reason for a change of the funds.
    private func takeTransactions(_ page: TransactionPage, _ account: TradedAccount) {
        countLeftOut(page)
        var unsettled: UInt64?
        for row in page.rows where row.orderID == nil {
            switch row.status {
            case .waiting, .notConfirmed: unsettled = min(unsettled ?? row.id, row.id)
            case .failed: break
            case .successful:
                guard account.balances.toldTransactions.insert(row.id).inserted else { continue }
                let isGain = row.kind == .deposit || row.kind == .credit
                turn.reports.append(
                    .balanceChanged(
                        account: account.id, coin: row.coin, by: isGain ? row.amount : -row.amount,
                        reason: row.kind.reason))
            }
        }
        // Behind a row that stays unsettled there may be more than a page: those are not to be kept waiting for it.
        let isFull = page.count >= settings.historyRows
        guard let next = (isFull ? nil : unsettled) ?? page.last.map({ $0 + 1 }) else { return }
        account.balances.nextTransaction = next
        account.balances.toldTransactions = account.balances.toldTransactions.filter { $0 >= next }
    }

    /// Funds that sums of are sure to stay inside what a number can hold.
    private func sane(_ info: AccountInfo) throws(AnswerFailure) -> AccountInfo {
        for amount in info.funds + (info.fundsWithOrders ?? []) {
            guard isCountable(.one, amount.amount) else {
                throw .unreadable(path: "return.funds.\(amount.coin)", message: "more than any account can hold")
            }
        }
        return info
    }
}
