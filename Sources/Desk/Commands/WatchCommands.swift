import CommandGrammar
import Conversation
import OrderEngine
import Trading

/// `watch` and `unwatch`.
extension DeskCore {
    func runWatch(_ asked: [Pair], _ context: LineContext) throws -> Reply {
        for pair in asked {
            let watched = WatchedPair(exchange: context.seat.id, pair: pair)
            guard people.sessions[context.session]?.loggedIn?.watched.insert(watched).inserted == true else { continue }
            context.seat.market.watch.watch(pair, context.session)
        }
        return watchingReply(context)
    }

    /// nil stands for all.
    func runUnwatch(_ asked: [Pair]?, _ context: LineContext) throws -> Reply {
        let watched = people.sessions[context.session]?.watched ?? []
        for one in watched.sorted() {
            // A line that names pairs is about one exchange; `all` is about all, unless one is named.
            let isThere = one.exchange == context.seat.id || (asked == nil && !context.isSeatNamed)
            let isMeant = isThere && asked?.contains(one.pair) ?? true
            guard isMeant else { continue }
            people.sessions[context.session]?.loggedIn?.watched.remove(one)
            seat(one.exchange)?.market.watch.stopWatching(one.pair, context.session)
        }
        return watchingReply(context)
    }

    private func watchingReply(_ context: LineContext) -> Reply {
        let all = (people.sessions[context.session]?.watched ?? []).sorted()
        let watched = all.map { one in seats.count > 1 ? "\(one.pair) on \(one.exchange)" : one.pair.description }
        return Reply(
            mark: .done,
            text: watched.isEmpty
                ? "+ watching nothing" : "+ watching \(watched.joined(separator: seats.count > 1 ? ", " : " "))",
            fields: [
                "pairs": .array(
                    all.map {
                        ["exchange": .string($0.exchange.description), "pair": .string($0.pair.description)]
                    })
            ])
    }
}

/// A pair of an exchange whose price a session is told.
struct WatchedPair: Hashable, Comparable {
    let exchange: ExchangeID
    let pair: Pair

    static func < (one: WatchedPair, other: WatchedPair) -> Bool {
        (one.exchange, one.pair) < (other.exchange, other.pair)
    }
}
