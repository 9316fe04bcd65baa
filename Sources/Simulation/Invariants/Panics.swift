import Desk
import OrderEngine
import Trading

/// Between a `panic` and the `resume` that lifts it nothing new is sent, and all that is open is being taken off; also over crashes.
extension Simulation {
    func judgePanic(_ record: Record, at exchange: ExchangeID) throws {
        let isInPanic = { (account: AccountID) in
            self.watch.panics.contains(AccountSeat(account: account, exchange: exchange))
        }
        switch record {
        case .panicDeclared(let account, _, _):
            watch.panics.insert(AccountSeat(account: account, exchange: exchange))
            if observer.unknown[account] ?? 0 > 0 { coverage.reached(.panicWhileUnknown) }
            if isAtSeveral(account) { coverage.reached(.panicWithOrdersAtSeveral) }
        case .panicCleared: coverage.reached(.panicCleared)
        case .panicLifted(let account, _): watch.panics.remove(AccountSeat(account: account, exchange: exchange))
        case .orderPlaced(let order):
            guard !isInPanic(order.account) else {
                throw Violation(.panicHolds, "\(order.id) was placed while \(order.account) was in panic")
            }
        case .orderReplaced(let id, _, _, _, _):
            guard let order = observer.order(id), isInPanic(order.account) else { return }
            throw Violation(.panicHolds, "\(id) was sent again while \(order.account) was in panic")
        default: break
        }
    }

    /// Nothing of an account in panic is left alone.
    func checkPanics() throws {
        for one in watch.panics.sorted() {
            let (account, engine) = (one.account, observer.engine(at: one.exchange))
            let isCleared = engine.panic(of: account)?.isCleared ?? true
            guard !isCleared || engine.openOrders(of: account).isEmpty else {
                throw Violation(.panicHolds, "the panic of \(one) is said to be over, and orders of it are open")
            }
            // What is many is taken off in turns.
            guard server.desk?.hasTurnsLeft != true else { continue }
            for order in engine.openOrders(of: account) where !order.status.isFinal {
                guard order.cancelReason == nil else { continue }
                throw Violation(
                    .panicHolds, "\(order.id), \(order.status.rawValue), is not taken off while \(one) is in panic")
            }
        }
    }

    /// In the end the exchange has taken all of it off.
    func checkPanicsAreCleared() throws {
        for one in watch.panics.sorted() {
            guard observer.engine(at: one.exchange).panic(of: one.account)?.isCleared == true else {
                throw Violation(.panicHolds, "the panic of \(one) never came to its end")
            }
        }
    }

    /// How a panic stood when the desk went down.
    func notePanics(_ fault: String) {
        guard !watch.panics.isEmpty, fault.hasPrefix("crash") else { return }
        coverage.reached(.crashInPanic)
    }
}
