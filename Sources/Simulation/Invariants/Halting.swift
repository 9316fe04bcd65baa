import Conversation
import Desk
import Ledger
import Trading

/// A desk whose ledger has failed: it does nothing, and says so to every line.
extension Simulation {
    /// It says nothing but that, asks the exchange nothing, and writes nothing.
    func checkHalt(_ desk: DeskCore, _ outputs: [DeskOutput]) throws {
        guard case .ledgerFailed = desk.halt else {
            watch.lastBeforeHalt = nil
            return
        }
        for output in outputs {
            guard case .send(_, .reply(let reply)) = output, reply.error?.code == .ledgerFailed else {
                throw Violation(.haltIsSaid, "after the ledger failed: \(output.traceText)")
            }
        }
        // A disk that cannot even be read says nothing about it.
        guard let head = try? server.ledger?.recordHead() else { return }
        if let before = watch.lastBeforeHalt, before != head {
            throw Violation(.haltIsSaid, expected: before, found: head, "the last record after the ledger failed")
        }
        watch.lastBeforeHalt = head
    }

    /// No line is left without its answer: those that came in the turn, and those that had waited for something since before.
    func checkHaltIsSaid(_ desk: DeskCore) throws {
        guard case .ledgerFailed = desk.halt, server.isUp, inbox.isEmpty else { return }
        for trader in traders {
            for connection in trader.connections where !connection.awaiting.isEmpty {
                throw Violation(
                    .haltIsSaid,
                    "\(trader.name) on \(connection.id) waits for ever: \(connection.awaiting.map(\.text))")
            }
        }
    }
}
