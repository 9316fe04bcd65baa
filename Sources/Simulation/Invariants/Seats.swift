import OrderEngine
import Trading

/// What holds over all seats of a desk together.
extension Simulation {
    func checkSeats() throws {
        try checkPanicIsEverywhere()
        try checkPaperIsAtOnce()
    }

    /// Whoever stops everything stops it at every exchange, whatever the current one is.
    private func checkPanicIsEverywhere() throws {
        for trader in traders {
            let stopped = seats.filter {
                watch.panics.contains(AccountSeat(account: trader.account, exchange: $0.id))
            }
            guard stopped.isEmpty || stopped.count == seats.count else {
                throw Violation(
                    .panicHolds, expected: seats.map(\.id), found: stopped.map(\.id),
                    "where \(trader.name) has stopped everything")
            }
        }
    }

    /// Paper waits for no other exchange: at the end of a turn every order of it is where it will stay.
    private func checkPaperIsAtOnce() throws {
        guard let paper = paperSeat else { return }
        let engine = observer.engine(at: paper.id)
        for trader in traders {
            for order in engine.openOrders(of: trader.account) {
                guard order.status == .pending || order.status == .unknown else { continue }
                throw Violation(.comesToRest, "\(order.id) is \(order.status.rawValue) on paper")
            }
        }
    }

    /// Whether an account has orders at more than one exchange that are not over.
    func isAtSeveral(_ account: AccountID) -> Bool {
        seats.count { !observer.engine(at: $0.id).openOrders(of: account).isEmpty } > 1
    }

    /// An order fills while another exchange has not said what became of one.
    func noteDoubt(elsewhereThan exchange: ExchangeID, _ order: Order?) {
        guard seats.count > 1, let account = order?.account else { return }
        let isInDoubt = seats.contains { seat in
            seat.id != exchange && observer.engine(at: seat.id).hasOrder(of: account) { $0.status == .unknown }
        }
        if isInDoubt { coverage.reached(.fillWhileUnknownElsewhere) }
    }

    /// How the seats stood when the desk went down.
    func noteSeats(_ fault: String) {
        guard fault.hasPrefix("crash") else { return }
        if traders.contains(where: { isAtSeveral($0.account) }) { coverage.reached(.crashWithOrdersAtSeveral) }
    }
}
