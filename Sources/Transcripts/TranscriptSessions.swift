import Accounts
import Conversation
import Desk
import Trading

/// The sessions of a transcript: opened, logged in, typed into and looked at.
extension TranscriptDesk {
    func index(of name: String) throws(TranscriptTrouble) -> Int {
        guard let index = connections.lastIndex(where: { $0.name == name }) else {
            throw TranscriptTrouble("nobody is called \(name): @user \(name), @session or @connect first")
        }
        return index
    }

    /// What a session was told since it was last looked at.
    func takeUnseen(of name: String) throws(TranscriptTrouble) -> [String] {
        let index = try index(of: name)
        defer { connections[index].unseen.removeAll() }
        return connections[index].unseen
    }

    /// What nobody has looked at, by session.
    func takeAllUnseen() -> [(session: String, lines: [String])] {
        let left = connections.filter { !$0.unseen.isEmpty }.map { (session: $0.name, lines: $0.unseen) }
        for index in connections.indices { connections[index].unseen.removeAll() }
        return left
    }

    func type(_ text: String, in name: String) throws(TranscriptTrouble) {
        let index = try index(of: name)
        guard connections[index].isOpen else { throw TranscriptTrouble("\(name)'s session is closed") }
        let id = connections[index].id
        for line in reader.read(text, as: connections[index].format) {
            switch line {
            case .line(let line, _): try process([.server(.lines(id, [line]))])
            case .refused(let reply): show(.reply(reply), index)
            }
        }
    }

    func open(_ name: String, _ format: WireFormat, user: AccountName?) throws(TranscriptTrouble) {
        if let index = connections.lastIndex(where: { $0.name == name }) {
            guard !connections[index].isOpen else { throw TranscriptTrouble("there is a session \(name) already") }
            guard connections[index].unseen.isEmpty else {
                throw TranscriptTrouble("the closed session \(name) has not been looked at: \(name)<")
            }
            connections.remove(at: index)
        }
        connections.append(Connection(name: name, format: format, user: user, id: newSessionID()))
        let index = connections.count - 1
        try connect(index)
        guard user != nil else { return }
        // Whoever is logged in from the beginning has not seen the greeting either.
        connections[index].unseen.removeAll()
        _ = try logIn(index)
    }

    func newSessionID() -> SessionID {
        defer { nextSession += 1 }
        return SessionID(rawValue: nextSession)
    }

    func connect(_ index: Int) throws(TranscriptTrouble) {
        let connection = connections[index]
        try process([.server(.opened(connection.id, Peer(address: "127.0.0.1", format: connection.format)))])
    }

    static func password(of user: AccountName) -> String { "\(user)-password" }

    /// Logs a session in without that it sees it; what the welcome says of notifications missed: the first one's number.
    func logIn(_ index: Int) throws(TranscriptTrouble) -> UInt64? {
        guard let user = connections[index].user else { return nil }
        let id = connections[index].id
        let desk = try opened()
        var inputs: [DeskInput] = [
            .server(.lines(id, [IncomingLine(text: "login \(user) \(TranscriptDesk.password(of: user))")]))
        ]
        var welcome: Reply?
        while !inputs.isEmpty {
            var others: [DeskOutput] = []
            for output in desk.process(inputs, at: now) {
                if case .send(id, .reply(let reply)) = output { welcome = reply } else { others.append(output) }
            }
            inputs = try collect(others) + passwords.takeAnswers()
        }
        try checkLog()
        guard let welcome, welcome.isOK else {
            throw TranscriptTrouble("\(user) cannot log in: \(welcome?.text ?? "no answer")")
        }
        connections[index].isLoggedIn = true
        guard case .int(let head)? = welcome.fields["seq"], case .int(let missed)? = welcome.fields["missed"],
            missed > 0
        else { return nil }
        return UInt64(clamping: head - missed + 1)
    }
}
