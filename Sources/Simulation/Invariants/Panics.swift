import Desk
import OrderEngine
import Trading

/// Between a `panic` and the `resume` that lifts it nothing new is sent, and all that is open is being taken off; also over crashes.
extension Simulation {
    func judgePanic(_ record: Record) throws {
        switch record {
        case .panicDeclared(let account, _, _):
            watch.panics.insert(account)
            if observer.unknown[account] ?? 0 > 0 { coverage.reached(.panicWhileUnknown) }
        case .panicCleared: coverage.reached(.panicCleared)
        case .panicLifted(let account, _): watch.panics.remove(account)
        case .orderPlaced(let order):
            guard !watch.panics.contains(order.account) else {
                throw Violation(.panicHolds, "\(order.id) was placed while \(order.account) was in panic")
            }
        case .orderReplaced(let id, _, _, _, _):
            guard let order = observer.engine.order(id), watch.panics.contains(order.account) else { return }
            throw Violation(.panicHolds, "\(id) was sent again while \(order.account) was in panic")
        default: break
        }
    }

    /// Nothing of an account in panic is left alone.
    func checkPanics() throws {
        for account in watch.panics.sorted() {
            let isCleared = observer.engine.panic(of: account)?.isCleared ?? true
            guard !isCleared || observer.engine.openOrders(of: account).isEmpty else {
                throw Violation(.panicHolds, "the panic of \(account) is said to be over, and orders of it are open")
            }
            // What is many is taken off in turns.
            guard server.desk?.hasTurnsLeft != true else { continue }
            for order in observer.engine.openOrders(of: account) where !order.status.isFinal {
                guard order.cancelReason == nil else { continue }
                throw Violation(
                    .panicHolds, "\(order.id), \(order.status.rawValue), is not taken off while \(account) is in panic")
            }
        }
    }

    /// In the end the exchange has taken all of it off.
    func checkPanicsAreCleared() throws {
        for account in watch.panics.sorted() {
            guard observer.engine.panic(of: account)?.isCleared == true else {
                throw Violation(.panicHolds, "the panic of \(account) never came to its end")
            }
        }
    }

    /// How a panic stood when the desk went down.
    func notePanics(_ fault: String) {
        guard !watch.panics.isEmpty, fault.hasPrefix("crash") else { return }
        coverage.reached(.crashInPanic)
    }
}
