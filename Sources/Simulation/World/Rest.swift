import Conversation
import Trading

/// After the horizon: the faults stop, everybody comes back and asks again, and the world comes to rest.
extension Simulation {
    func comeToRest() throws {
        areFaultsOn = false
        trace.add("# faults stop", at: clock)
        DiskTrouble.end(on: server.disk)
        for wire in wires { wire.calmDown() }
        queue.removeAll { happening in
            switch happening {
            case .traderActs, .marketMoves, .networkFails: true
            case .deskTakesTurn, .deskWakes, .wireMoves, .reachesDesk, .operatorEndsProcess, .serverStarts: false
            }
        }
        try pass(seconds: 20)
        guard server.isUp else { throw Violation(.comesToRest, "the desk did not start again") }
        try settle()
        for trader in traders {
            for connection in trader.connections { drop(connection.id, of: trader) }
        }
        try logEverybodyIn(mayResume: false)
        try readInboxes()
        for trader in traders {
            let again = trader.toRepeat
            trader.toRepeat.removeAll()
            // One after the other: more lines than may wait would end the session.
            for line in again {
                guard let connection = trader.connections.last else { break }
                send([line], on: connection.id, of: trader)
                try settle()
            }
        }
        try repeatAfterAbsence()
        for seat in seats { try agree(with: seat) }
        try logEverybodyIn()
        try tellEverything()
        countWires()
        try checkEnd()
    }

    /// Who comes back after a while and repeats a tagged line gets the first answer again.
    private func repeatAfterAbsence() throws {
        try pass(seconds: plan.absenceSeconds)
        for trader in traders {
            for line in trader.answered.suffix(SimulationPlan.repeatedLinesMax) {
                try logEverybodyIn()
                guard let connection = trader.connections.last else { break }
                send([line], on: connection.id, of: trader)
                try settle()
            }
        }
    }

    private func logEverybodyIn(mayResume: Bool = true) throws {
        let end = clock.advanced(bySeconds: SimulationPlan.restSecondsMax)
        while true {
            for trader in traders where !trader.isLoggedIn {
                for connection in trader.connections { drop(connection.id, of: trader) }
                connect(trader, .json, mayResume: mayResume)
            }
            try settle()
            if traders.allSatisfy(\.isLoggedIn) { return }
            // Wrong passwords of before make the name wait.
            guard clock < end else { throw Violation(.comesToRest, "not everybody can log in") }
            try pass(seconds: 5)
        }
    }

    /// Each trader asks for all notifications from the first on, as often as it takes.
    private func tellEverything() throws {
        for trader in traders {
            guard let id = trader.connections.last?.id else { continue }
            var next: UInt64? = 1
            while let from = next {
                send([TypedLine("resume \(from)", .resume(from: from))], on: id, of: trader)
                try settle()
                let following = trader.connections.last?.resumeNext
                guard following.map({ $0 > from }) ?? true else {
                    throw Violation(.allIsTold, "resume \(from) leads to resume \(following ?? 0)")
                }
                next = following
            }
        }
    }

    func pass(seconds: Int64) throws {
        let end = clock.advanced(bySeconds: seconds)
        while let next = queue.nextTime, next <= end { try takeNext() }
        clock = end
    }

    /// Runs the clock until nobody waits for anything.
    func settle() throws {
        let end = clock.advanced(bySeconds: SimulationPlan.restSecondsMax)
        while !inbox.isEmpty || traders.contains(where: { $0.connections.contains { !$0.awaiting.isEmpty } }) {
            guard let next = queue.nextTime, next <= end else {
                let waiting = traders.flatMap(\.connections).flatMap(\.awaiting).map(\.text)
                throw Violation(.comesToRest, "after \(SimulationPlan.restSecondsMax) s still waiting: \(waiting)")
            }
            try takeNext()
        }
    }
}
