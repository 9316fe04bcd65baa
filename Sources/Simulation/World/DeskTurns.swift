import Conversation
import Desk
import Exchange
import SimulatedDisk
import Trading

/// One turn of the desk's loop: what waits goes in, what is wanted comes out, and the power may go anywhere between.
extension Simulation {
    /// Where in the desk's turn the power goes, other than inside an operation of the disk.
    enum CrashPlace: String, CaseIterable {
        case beforeTurn = "before the turn"
        case beforeOutputs = "before the outputs"
        case betweenOutputs = "between two outputs"
    }

    func takeTurn() throws {
        isTurnDue = false
        guard let desk = server.desk else { return }
        let inputs = inbox
        inbox.removeAll()
        for input in inputs { trace.add("< \(input.traceText)", at: clock) }
        let place = areFaultsOn && chance.permille(plan.crashPermille) ? chance.pick(CrashPlace.allCases) : nil
        if place == .beforeTurn {
            if inputs.contains(where: \.hasLines) { coverage.reached(.crashBeforeTurn) }
            return try crash("before the turn")
        }
        let trouble =
            areFaultsOn && place == nil && desk.halt == nil && chance.permille(plan.diskPermille)
            ? chance.pick(DiskTrouble.allCases) : nil
        if let trouble {
            trouble.arrange(on: server.disk, &chance)
            trace.add("# \(trouble.rawValue)", at: clock)
        }
        try collectPrints(told: inputs)
        let wasHalted = desk.halt
        if case .ledgerFailed? = wasHalted {} else { watch.inputsSinceLook += inputs }
        let outputs = desk.process(inputs, at: clock)
        if stopBy == nil, inputs.contains(where: \.isStop) {
            stopBy = clock.advanced(bySeconds: DeskServer.drainingSecondsMax)
        }
        if server.disk.isPowerless {
            for trader in traders { trader.missed.loseBatch() }
            return try crash("while the disk wrote")
        }
        if trouble != .isFull { DiskTrouble.end(on: server.disk) }
        try afterTurn(desk, inputs, wasHalted: wasHalted, trouble)
        try checkHalt(desk, outputs)
        try deliver(outputs, place)
        try checkHaltIsSaid(desk)
    }

    private func deliver(_ outputs: [DeskOutput], _ place: CrashPlace?) throws {
        if place == .beforeOutputs {
            if !outputs.isEmpty { coverage.reached(.crashBetweenSyncAndWords) }
            noteLost(outputs[...])
            return try crash("before the outputs")
        }
        let count = place == nil ? outputs.count : chance.below(outputs.count + 1)
        for output in outputs.prefix(count) { try deliver(output) }
        if place != nil {
            if count > 0, count < outputs.count { coverage.reached(.crashBetweenWords) }
            noteLost(outputs.dropFirst(count))
            return try crash("between two outputs")
        }
        goOn()
    }

    /// What the turn leaves for later.
    private func goOn() {
        guard let desk = server.desk else { return }
        for answer in server.passwords.takeAnswers() {
            queue.add(.reachesDesk(answer, life: life), at: later(20...400))
        }
        if let stopBy, !desk.hasUnfinished || clock >= stopBy { return endStoppedProcess() }
        // A desk that is going down looks at the clock every second at least, as the server has it.
        let latest = stopBy.map { min($0, clock.advanced(bySeconds: 1)) }
        let next = [latest, desk.nextWake].compactMap(\.self).min()
        if let wake = next, wakeAt.map({ wake < $0 }) ?? true {
            let moment = max(wake, clock.advanced(byNanoseconds: 1))
            wakeAt = moment
            queue.add(.deskWakes(life: life), at: moment)
        }
    }

    private func deliver(_ output: DeskOutput) throws {
        trace.add("> \(output.traceText)", at: clock)
        switch output {
        case .send(let id, let message):
            guard let trader = traders.first(where: { $0.index(of: id) != nil }) else {
                traders.first { $0.sessionsEver.contains(id) }?.missed.take(message)
                return
            }
            let told = try trader.receive(message, on: id)
            if let code = told.refusal { coverage.count(.refusal, code) }
            if let event = told.event { coverage.count(.event, event) }
            for crossing in told.crossings { coverage.reached(crossing) }
        case .close(let id, _, _):
            for trader in traders { trader.lost(id) }
            put(.server(.closed(id)))
        case .request(let exchange, let request):
            try give(to: exchange) { $0.submit(request, at: clock) }
        case .ask(let exchange, let query, let id):
            try give(to: exchange) { $0.ask(query, id: id, at: clock) }
        case .cancelForeign(let exchange, let order, let pair, let account, let id):
            try give(to: exchange) {
                $0.cancelForeign(exchangeOrderID: order, pair: pair, of: account, id: id, at: clock)
            }
        case .noted(let exchange, let order, let account):
            try give(to: exchange) {
                $0.noted(order, of: account, at: clock)
                return []
            }
        // Its exchange knows accounts without keys.
        case .useKey: break
        case .loggedIn, .offer, .withdrawOffers: break
        }
    }

    /// What the desk has for an exchange, and what the adapter says at once.
    private func give(to exchange: ExchangeID, _ act: (any Exchange) -> [ExchangeReport]) throws {
        let seat = try seat(exchange)
        if let adapter = seat.wire?.adapter { hear(act(adapter), from: seat) }
        expectWires()
    }

    /// What died with the process before anybody was told.
    private func noteLost(_ outputs: ArraySlice<DeskOutput>) {
        if outputs.contains(where: { if case .request(_, .place) = $0 { true } else { false } }) {
            coverage.reached(.crashBeforeRequestSent)
        }
        for case .send(let id, let message) in outputs {
            guard let trader = traders.first(where: { $0.sessionsEver.contains(id) }) else { continue }
            trader.missed.take(message)
            guard trader.index(of: id) != nil else { continue }
            switch message {
            case .reply(let reply): if let tag = reply.tag { trader.repliesLost.insert(tag) }
            case .written, .notice: trader.hasLostNotices = true
            case .writtenReply, .noReply: break
            }
        }
    }
}

extension DeskInput {
    fileprivate var hasLines: Bool { if case .server(.lines) = self { true } else { false } }
    fileprivate var isStop: Bool { if case .stop = self { true } else { false } }
}
