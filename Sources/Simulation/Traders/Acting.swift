import Conversation
import Desk
import Trading

/// What traders do: connect, log in, type, repeat themselves, and go.
extension Simulation {
    func act(_ trader: SimulatedTrader) {
        guard server.isUp else { return }
        guard let connection = trader.connections.isEmpty ? nil : trader.chance.pick(trader.connections) else {
            return connect(trader, trader.chance.permille(500) ? .json : .text)
        }
        switch trader.chance.weighted([60, 6, 6, 2]) {
        case 1: drop(connection.id, of: trader)
        case 2 where trader.connections.count < 3: connect(trader, trader.chance.permille(500) ? .json : .text)
        case 3: type([TypedLine("logout", .logout)] + loginLines(trader), on: connection, of: trader)
        default: type(lines(trader, connection), on: connection, of: trader)
        }
    }

    private func lines(_ trader: SimulatedTrader, _ connection: Connection) -> [TypedLine] {
        guard connection.isLoggedIn else {
            return connection.awaiting.isEmpty ? loginLines(trader) : [TypedLine("time", .question)]
        }
        var lines: [TypedLine] = []
        let again = trader.toRepeat
        trader.toRepeat.removeAll()
        lines += again
        for _ in 0..<trader.chance.within(1...3) { lines.append(line(trader)) }
        return lines
    }

    private func line(_ trader: SimulatedTrader) -> TypedLine {
        if !trader.answered.isEmpty, trader.chance.permille(80) {
            var line = trader.chance.pick(trader.answered)
            // Behind a comment more words change nothing.
            if !line.text.contains("//"), trader.chance.permille(250) {
                line = TypedLine(line.text + " ioc", tag: line.tag, .wrong)
            }
            return line
        }
        let seat = seats.count > 1 ? trader.chance.pick(seats) : seats[0]
        let others = traders.filter { $0 !== trader }.flatMap(\.books.openOrders)
        var line = trader.writer.line(
            LineWriter.Knowledge(
                markets: seat.markets, open: trader.books.openOrders, paired: trader.books.openPairedOrders,
                foreign: others, unknown: trader.books.unknownOrders, waitingForContra: trader.books.waitingForContra,
                pairedInPart: trader.books.pairedInPart, newestTold: trader.books.toldUpTo,
                tokens: trader.books.tokens.keys.sorted().filter { trader.books.tokens[$0] == .there }))
        if seats.count > 1 { name(seat, in: &line, trader) }
        if line.text.hasPrefix("[") == false, trader.chance.permille(800) { line.tag = trader.tag() }
        return line
    }

    /// Says for most lines at which exchange; for the others it is the trader's own, which is sometimes chosen anew.
    private func name(_ seat: SimulatedSeat, in line: inout TypedLine, _ trader: SimulatedTrader) {
        switch trader.chance.weighted([70, 25, 5]) {
        case 0: line.text += " on \(seat.id)"
        case 1: break
        default:
            let value = seat.id.description
            line = TypedLine("set exchange \(value)", .setting(name: "exchange", value: value))
        }
    }

    /// With the password on the line or asked for, or with a token.
    private func loginLines(_ trader: SimulatedTrader) -> [TypedLine] {
        if let secret = trader.secret, trader.chance.permille(300) {
            return [TypedLine("login token \(secret)", .login)]
        }
        guard trader.chance.permille(250) else {
            return [TypedLine("login \(trader.name) \(trader.password)", .login)]
        }
        return [TypedLine("login \(trader.name)", .login), TypedLine(trader.password, .password)]
    }

    func connect(_ trader: SimulatedTrader, _ format: WireFormat, mayResume: Bool = true) {
        let id = SessionID(rawValue: nextSession)
        nextSession += 1
        trader.sessionsEver.insert(id)
        trader.connections.append(Connection(id: id, format: format))
        put(.server(.opened(id, Peer(address: trader.address, format: format))))
        send(loginLines(trader), on: id, of: trader)
        let from = trader.books.toldUpTo + 1
        if mayResume, trader.chance.permille(600) {
            send([TypedLine("resume \(from)", .resume(from: from))], on: id, of: trader)
        }
    }

    func drop(_ id: SessionID, of trader: SimulatedTrader) {
        trader.lost(id)
        put(.server(.closed(id)))
    }

    private func type(_ lines: [TypedLine], on connection: Connection, of trader: SimulatedTrader) {
        send(lines, on: connection.id, of: trader)
    }

    /// Sends lines as one message.
    func send(_ lines: [TypedLine], on id: SessionID, of trader: SimulatedTrader) {
        guard let index = trader.index(of: id) else { return }
        let format = trader.connections[index].format
        var incoming: [IncomingLine] = []
        for line in lines {
            let message = format == .json && trader.chance.permille(700) ? line.jsonMessage : line.textMessage
            for read in reader.read(message, as: format) {
                switch read {
                case .line(let read, _):
                    incoming.append(read)
                    trader.connections[index].awaiting.append(line)
                    trader.asked(line)
                case .refused(let reply): coverage.count(.refusal, reply.error?.code.name ?? "-")
                }
            }
        }
        if !incoming.isEmpty { put(.server(.lines(id, incoming))) }
    }

    private var reader: MessageReader { MessageReader() }
}

extension TypedLine {
    fileprivate var textMessage: String { tag.map { "[\($0)] \(text)" } ?? text }

    fileprivate var jsonMessage: String {
        var object: JSONObject = ["line": .string(text)]
        if let tag { object.append("id", .string(tag)) }
        return JSONValue.object(object).json
    }
}

extension SimulatedTrader {
    /// A line is on its way: what it asks for may be done from now on, whether or not the answer comes.
    func asked(_ line: TypedLine) {
        if line.tag.map({ tagsAsked.insert("\($0) \(line.text)").inserted }) ?? true {
            timesAsked[line.text, default: 0] += 1
        }
        switch line.purpose {
        case .setting(let name, let value): books.settings[name, default: .init()].possible.append(value)
        case .tokenNew(let name): books.tokens[name] = .asked
        case .tokenDrop(let name):
            books.tokens[name] = .dropAsked
            secret = nil
        case .move(let id): books.noteMove(of: id)
        case .login, .password, .resume, .order, .cancel, .logout, .question, .wrong: break
        }
    }
}
