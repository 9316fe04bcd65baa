import Exchange
import Threads
import Trading

/// What an exchange's answers about one order differ in, and when it is asked again: after longer and longer waits, so
/// that an order about which it never agrees with itself leaves the requests to the others.
struct Dispute: Hashable {
    var words: String
    /// Times in a row that it was asked.
    var times: Int
    let since: Timestamp
    var nextAt: Timestamp
    var wasTold = false
}

extension PlacedOrder {
    /// Whether the exchange is to be asked about it now: always, unless it has just contradicted itself about it.
    func isDue(at now: Timestamp) -> Bool { dispute.map { $0.nextAt <= now } ?? true }
}

extension BtceGateway {
    /// The exchange's answers to the questions of a look contradict one another.
    func contradicts(_ order: PlacedOrder, _ words: String, _ look: Look, _ account: TradedAccount) {
        // A look that was for others asked nothing about this one.
        guard order.isDue(at: look.beganAt) else { return }
        var dispute = order.dispute ?? Dispute(words: words, times: 0, since: clock, nextAt: clock)
        dispute.words = words
        dispute.times += 1
        let waits = Backoff(
            first: settings.retryMinNanoseconds,
            longest: max(settings.contradictionMaxNanoseconds, settings.retryMinNanoseconds))
        dispute.nextAt = clock.advanced(byNanoseconds: waits.wait(failures: dispute.times))
        if dispute.times >= settings.contradictionsTold {
            dispute.wasTold = true
            turn.reports.append(
                .contradiction(
                    account: account.id, order.id,
                    Contradiction(
                        words: dispute.words, times: dispute.times, since: dispute.since, nextAt: dispute.nextAt)))
        }
        count("contradiction")
        order.dispute = dispute
    }

    /// They agree.
    func agrees(_ order: PlacedOrder, _ account: TradedAccount) {
        guard let dispute = order.dispute else { return }
        order.dispute = nil
        if dispute.wasTold { turn.reports.append(.contradiction(account: account.id, order.id, nil)) }
    }

    /// A cancel was answered: the order is off the book, or was before. Where the exchange lists it all the same, the next
    /// one waits.
    func noteCancelAnswered(_ order: PlacedOrder) {
        let first = Timestamp.nanosecondsPerSecond
        let waits = Backoff(first: first, longest: max(settings.cancelAgainMaxNanoseconds, first))
        order.cancelsAnswered += 1
        order.cancelNotBefore = clock.advanced(byNanoseconds: waits.wait(failures: order.cancelsAnswered))
        order.dispute?.nextAt = clock
    }
}
