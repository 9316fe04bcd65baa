public import Exchange
public import Trading

/// Orders on the account's book that were not made here, and are to come off it.
extension BtceGateway {
    /// Puts a cancel of somebody else's order down; answered under `id`.
    public func cancelForeign(
        exchangeOrderID text: String, pair: Pair?, of id: AccountID, id query: QueryID, at now: Timestamp
    ) {
        clock = max(clock, now)
        hasWork = true
        let account = account(id)
        do throws(ForeignRefusal) {
            let (number, key) = try foreignNumber(text, pair, account)
            // Who asks twice is answered twice, and the exchange is asked once.
            let isUnderWay = account.foreignCancels[number] != nil
            account.foreignCancels[number, default: []].append(query)
            guard !isUnderWay else { return }
            let isTaken = dispatch.add(
                .cancelOrder(orderID: number), key: key, urgency: .cancel, ticket: .cancelForeign(account.id, number),
                sendBy: clock.advanced(byNanoseconds: settings.placeWaitNanoseconds))
            if !isTaken {
                neverSent(.cancelForeign(account.id, number), because: "too many requests wait for the exchange")
            }
        } catch {
            answer(query, .refused(error.code, reason: error.reason))
        }
    }

    private struct ForeignRefusal: Error {
        let code: RefusalCode
        let reason: String
    }

    /// The number of an order that is not the desk's, and the key that cancels it.
    private func foreignNumber(
        _ text: String, _ pair: Pair?, _ account: TradedAccount
    ) throws(ForeignRefusal) -> (UInt64, String) {
        guard let number = Int64(text), number > 0, String(number) == text else {
            throw ForeignRefusal(code: .badNumber, reason: "expected the number of an order at the exchange")
        }
        if let owner = account.owners[UInt64(number)] {
            throw ForeignRefusal(
                code: .unknownOrder,
                reason: "\(number) is \(owner.order), an order of this desk: cancel it by that number")
        }
        guard let key = account.key else {
            throw ForeignRefusal(code: .notAllowed, reason: "no key of this account is known here")
        }
        // To be taken for a foreign order and canceled would be a surprise to whoever waits to hear of its own.
        let doubtful = account.liveByAge.first { order in
            (order.fate == .inFlight || order.isUnmatched) && (pair.map { $0 == order.order.pair } ?? true)
                && order.mayHave(number: UInt64(number)) && !account.strangers.contains(UInt64(number))
        }
        if let doubtful {
            throw ForeignRefusal(
                code: .reconciling,
                reason: "\(number) may be \(doubtful.id.order), whose answer is awaited: try again soon")
        }
        guard account.questionCount < settings.waitingMax else {
            throw ForeignRefusal(
                code: .exchangeUnavailable, reason: "\(settings.waitingMax) questions wait for the exchange")
        }
        return (UInt64(number), key)
    }

    func takeForeignCanceled(
        _ answer: Result<HTTPResponse, AnswerFailure>, _ number: UInt64, _ account: TradedAccount
    ) {
        do throws(AnswerFailure) {
            let canceled = try reader.cancel(try answer.get())
            guard canceled.orderID == number else {
                throw .unreadable(path: "return.order_id", message: "not \(number)")
            }
            account.strangers.remove(number)
            endForeignCancel(number, .foreignCanceled(exchangeOrderID: String(number)), account)
        } catch .refused(.badStatus, _) {
            endForeignCancel(
                number, .refused(.orderFinished, reason: "\(number) is filled or canceled already"), account)
        } catch .refused(.invalidOrder, _) {
            let reason = "the exchange knows no order \(number) of this account"
            endForeignCancel(number, .refused(.unknownOrder, reason: reason), account)
        } catch {
            let isRefused = error.provesNothingWasDone
            endForeignCancel(number, isRefused ? .refused(error.code, reason: error.reason) : .lost, account)
        }
    }

    /// Answers all who asked for it.
    func endForeignCancel(_ number: UInt64, _ told: ExchangeAnswer, _ account: TradedAccount) {
        for query in account.foreignCancels.removeValue(forKey: number) ?? [] { answer(query, told) }
    }
}
