import CLibwebsockets
import Conversation
import Glibc
import Logging
import Threads
import Trading

/// Letting clients in, and answering those that only speak HTTP.
extension ServerSessions {
    func accept(_ pointer: OpaquePointer, user: UnsafeMutableRawPointer?) -> Int32 {
        guard let user else { return -1 }
        guard makeRoom() else { return -1 }
        let now = MonotonicClock.nanoseconds
        let address = peerAddress(of: pointer)
        // A TLS handshake costs more than the request behind it, so that it is paid for first; the request is free then.
        let isPaid = configuration.tls != nil && !isTrustedProxy(address)
        if isPaid, requestBudgets.take(AddressGroup(address), now: now) != nil {
            counters.requestsTooMany.count()
            return -1
        }
        lastNumber += 1
        let limit = Int64(configuration.limits.handshakeSeconds) * 1_000_000_000
        let connection = ServerConnection(
            number: lastNumber, pointer: pointer, address: address, deadline: now + limit)
        connection.isPaid = isPaid
        user.storeBytes(
            of: UnsafeRawPointer(Unmanaged.passUnretained(connection).toOpaque()), as: UnsafeRawPointer?.self)
        connections[connection.number] = connection
        deadlines.add(connection.number, at: connection.deadline)
        return 0
    }

    /// Cuts the oldest connection that is no session where there are too many: an honest handshake takes less time than
    /// the others need to push it out. False where there is room for sessions only, and all are taken.
    private func makeRoom() -> Bool {
        let isFull = connections.count >= connectionsMax
        guard isFull || connections.count - sessions.count >= configuration.limits.handshakes else { return true }
        while firstHandshake <= lastNumber {
            let oldest = connections[firstHandshake]
            firstHandshake += 1
            guard let oldest, oldest.session == nil else { continue }
            cut(oldest)
            return true
        }
        return !isFull
    }

    /// Takes what came before the connection is a WebSocket: requests, whole or in any pieces.
    func receiveRequest(_ bytes: UnsafeRawBufferPointer, on connection: ServerConnection) -> Int32 {
        // The library's own time for the first bytes, which it forgets to take back after a TLS handshake; ours goes on.
        lws_set_timeout(connection.pointer, NO_PENDING_TIMEOUT, 0)
        // What a request ends with may have begun in the piece before.
        var searched = max(0, connection.requestBytes.count - RequestHead.end.count + 1)
        connection.requestBytes.append(contentsOf: bytes)
        let limit = configuration.limits.handshakeBytes
        /// Where the request begins that is looked for: many may have come at once, and what is left is moved once.
        var start = 0
        defer { connection.requestBytes.removeFirst(min(start, connection.requestBytes.count)) }
        while connection.session == nil, !connection.isLingering, connection.download == nil {
            let found = connection.requestBytes[searched...].firstRange(of: RequestHead.end)
            guard (found?.lowerBound ?? connection.requestBytes.count) - start <= limit else {
                return refuse(431, "a request of more than \(limit) bytes", on: connection)
            }
            guard let found else { return 0 }
            let head = connection.requestBytes[start..<found.lowerBound]
            start = found.upperBound
            searched = start
            let result = answer(head, on: connection)
            if result != 0 { return result }
        }
        // A client that does not wait for the answer to its handshake has sent frames behind it.
        guard let session = connection.session else { return 0 }
        let early = Array(connection.requestBytes[start...])
        connection.requestBytes = []
        early.withUnsafeBytes { receive($0, from: session) }
        return 0
    }

    private func answer(_ bytes: ArraySlice<UInt8>, on connection: ServerConnection) -> Int32 {
        connection.isAskedForHead = false
        // Paid for before it is read; behind a proxy the head says whose it is.
        let isProxy = isTrustedProxy(connection.address)
        if !isProxy, let wait = pay(connection.address, on: connection) {
            return refuseTooMany(waitNanoseconds: wait, on: connection)
        }
        if configuration.tls != nil, lws_is_ssl(connection.pointer) == 0 {
            return refuse(400, "this port speaks TLS: wss:// or https://", on: connection)
        }
        let head: RequestHead
        do throws(RequestHead.Malformed) { head = try RequestHead(bytes) } catch {
            return refuse(error.status, error.message, on: connection)
        }
        connection.isAskedForHead = head.method == "HEAD"
        let client = clientAddress(head, on: connection)
        if isProxy, let wait = pay(client, on: connection) {
            return refuseTooMany(waitNanoseconds: wait, on: connection)
        }
        if let refusal = head.refusalOfHost(allowedHosts, localAddress: localAddress(of: connection.pointer)) {
            if refusal.status == 421 { report(.host, head.targetAuthority ?? head["host"] ?? "", from: client) }
            return refuse(refusal.status, refusal.message, on: connection)
        }
        if head.asksForWebSocket { return upgrade(head, of: client, on: connection) }
        return answerPage(head, to: client, on: connection)
    }

    /// Takes a request's worth from what an address may ask. Answers nil, or the nanoseconds until there is enough.
    private func pay(_ address: String, on connection: ServerConnection) -> Int64? {
        if connection.isPaid {
            connection.isPaid = false
            return nil
        }
        return requestBudgets.take(AddressGroup(address), now: MonotonicClock.nanoseconds)
    }

    private func answerPage(_ head: RequestHead, to client: String, on connection: ServerConnection) -> Int32 {
        if let word = Download.word(in: head.path), head.method == "GET" || head.method == "HEAD" {
            guard let found = handlers.download(word) else {
                return refuse(404, "no such download, or its time is over; export makes a new one", on: connection)
            }
            return send(found, link: word, isHead: head.method == "HEAD", to: client, on: connection)
        }
        var page = ServerPage.answer(path: head.path, method: head.method, health: handlers.health)
        if !head.isKeptAlive { page.headers.append("Connection: close") }
        connection.deadline =
            MonotonicClock.nanoseconds + Int64(configuration.limits.handshakeSeconds) * 1_000_000_000
        return send(page, on: connection, isLast: !head.isKeptAlive)
    }

    private func upgrade(_ head: RequestHead, of client: String, on connection: ServerConnection) -> Int32 {
        let subprotocol: WireFormat?
        guard !head.hasBody else { return refuse(400, "a WebSocket handshake has no body", on: connection) }
        switch Handshake(head).judged(allowedOrigins: configuration.allowedOrigins) {
        case .refused(let status, let message):
            if status == 403 { report(.origin, head["origin"] ?? "", from: client) }
            return refuse(status, message, on: connection)
        case .accepted(let chosen): subprotocol = chosen
        }
        if stopDeadline != nil { return refuse(503, "the desk is shutting down", on: connection) }
        let peer = peer(at: client, head: head, format: subprotocol ?? .text, on: connection)
        switch places.place(in: AddressGroup(peer.address), hasToken: peer.bearerToken != nil) {
        case .free: break
        case .insteadOf(let oldest): replace(oldest)
        case .serverFull: return refuse(503, "too many sessions; try again later", on: connection)
        case .addressFull: return refuse(429, "too many sessions from your address", on: connection)
        }
        let response = ServerPage.switchingProtocols(key: head["sec-websocket-key"] ?? "", subprotocol: subprotocol)
        guard write(response, on: connection) else { return -1 }
        open(peer, on: connection)
        return 0
    }

    private func open(_ peer: Peer, on connection: ServerConnection) {
        lastID += 1
        let id = SessionID(rawValue: lastID)
        let session = ServerSession(
            id: id, peer: peer, connection: connection, limits: configuration.limits, now: MonotonicClock.nanoseconds)
        connection.session = session
        connection.deadline =
            session.heardAt + Int64(configuration.limits.pingIntervalSeconds) * 1_000_000_000
        deadlines.add(connection.number, at: connection.deadline)
        sessions[id] = session
        places.add(id, in: session.group)
        counters.sessions.count()
        counters.sessionsOpened.count()
        limitSystemBuffer(of: connection.pointer)
        if handlers.onEvent(.opened(id, peer)) == .refused {
            session.isClosedForDesk = true
            end(session, Closing(code: 1_013, reason: "the desk is busy; try again later", flushes: false))
        }
    }

    /// What the system holds for a reader that does not read is bounded too: left to itself it grows to megabytes a
    /// session, and the limit on what waits would never be met.
    func limitSystemBuffer(of connection: OpaquePointer) {
        var bytes = Int32(clamping: configuration.limits.socketBytes)
        setsockopt(
            lws_get_socket_fd(connection), SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Whether a connection is a proxy's on this machine, whose word on its clients is taken.
    private func isTrustedProxy(_ address: String) -> Bool {
        configuration.trustsForwardedFor && (address == "::1" || address.hasPrefix("127."))
    }

    /// Whose request it is: who is connected, or who the proxy says.
    private func clientAddress(_ head: RequestHead, on connection: ServerConnection) -> String {
        guard isTrustedProxy(connection.address) else { return connection.address }
        return forwardedAddress(head["x-forwarded-for"], by: connection.address, isAddress: isNumericAddress)
            ?? connection.address
    }

    private func peer(
        at address: String, head: RequestHead, format: WireFormat, on connection: ServerConnection
    ) -> Peer {
        let forwardedScheme = isTrustedProxy(connection.address) ? head["x-forwarded-proto"] : nil
        let isTLS = lws_is_ssl(connection.pointer) != 0 || forwardedScheme == "https"
        return Peer(
            address: address, format: format, bearerToken: bearerToken(authorization: head["authorization"]),
            userAgent: head["user-agent"].map { String(decoding: $0.utf8.prefix(256), as: UTF8.self) },
            site: head["host"].flatMap { siteAddress(host: $0, isTLS: isTLS) })
    }
}
