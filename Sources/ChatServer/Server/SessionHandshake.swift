import CLibwebsockets
import Glibc
import Logging

/// Letting clients in, and answering those that only speak HTTP.
extension ServerSessions {
    func judgeUpgrade(_ connection: OpaquePointer) -> Int32 {
        let handshake = Handshake(
            host: header(WSI_TOKEN_HOST, of: connection), origin: header(WSI_TOKEN_ORIGIN, of: connection),
            protocols: header(WSI_TOKEN_PROTOCOL, of: connection), key: header(WSI_TOKEN_KEY, of: connection),
            version: header(WSI_TOKEN_VERSION, of: connection),
            connection: header(WSI_TOKEN_CONNECTION, of: connection))
        var verdict = handshake.judged(allowedOrigins: configuration.allowedOrigins)
        if verdict == .accepted {
            if stopDeadline != nil {
                verdict = .refused(status: 503, message: "the desk is shutting down")
            } else if sessions.count >= configuration.limits.sessions {
                verdict = .refused(status: 503, message: "too many sessions; try again later")
            }
        }
        guard case .refused(let status, let message) = verdict else { return 0 }
        counters.handshakesRefused.count()
        logger.debug("handshake refused", metadata: ["status": "\(status)", "reason": "\(message)"])
        var headers = ["Connection: close"]
        if status == 426 { headers.append("Sec-WebSocket-Version: 13") }
        let answer = ServerPage.Answer(status: status, headers: headers, body: message + "\n")
        // Above zero says to the library that the request has been answered.
        return ServerPage.send(answer, isHead: false, to: connection) ? 1 : -1
    }

    func open(_ connection: OpaquePointer, user: UnsafeMutableRawPointer?) -> Int32 {
        guard let user else { return -1 }
        lastID += 1
        let id = SessionID(rawValue: lastID)
        let session = ServerSession(
            id: id, peer: peer(of: connection), connection: connection,
            budget: SessionBudget(limits: configuration.limits, now: monotonicNanoseconds()))
        user.storeBytes(of: UnsafeRawPointer(Unmanaged.passUnretained(session).toOpaque()), as: UnsafeRawPointer?.self)
        sessions[id] = session
        counters.sessions.count()
        counters.sessionsOpened.count()
        limitSystemBuffer(of: connection)
        watchFirstFrame(of: session)
        if onEvent(.opened(id, session.peer)) == .refused {
            session.isClosedForDesk = true
            end(session, Closing(code: 1_013, reason: "the desk is busy; try again later", flushes: false))
        }
        return 0
    }

    /// What the system holds for a reader that does not read is bounded too: left to itself it grows to megabytes a
    /// session, and the limit on what waits would never be met.
    private func limitSystemBuffer(of connection: OpaquePointer) {
        var bytes = Int32(clamping: configuration.limits.socketBytes)
        setsockopt(
            lws_get_socket_fd(connection), SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    func peer(of connection: OpaquePointer) -> Peer {
        var address = [CChar](repeating: 0, count: 64)
        lws_get_peer_simple(connection, &address, address.count)
        var text = String(decoding: address.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // An IPv4 peer of a socket that serves both is written ::ffff:192.0.2.1.
        if text.hasPrefix("::ffff:") { text.removeFirst(7) }
        if configuration.trustsForwardedFor,
            let forwarded = forwardedAddress(
                header(WSI_TOKEN_X_FORWARDED_FOR, of: connection), by: text, isAddress: isNumericAddress)
        {
            text = forwarded
        }
        let name = lws_get_protocol(connection)?.pointee.name.map { String(cString: $0) } ?? ""
        return Peer(
            address: text, format: WireFormat(rawValue: name) ?? .text,
            bearerToken: bearerToken(authorization: header(WSI_TOKEN_HTTP_AUTHORIZATION, of: connection)),
            userAgent: header(WSI_TOKEN_HTTP_USER_AGENT, of: connection).map { String($0.prefix(256)) })
    }

    func answerPage(_ connection: OpaquePointer, path: UnsafeMutableRawPointer?, count: Int) -> Int32 {
        var uri: UnsafeMutablePointer<CChar>?
        var length: Int32 = 0
        let method = lws_http_get_uri_and_method(connection, &uri, &length)
        let text = String(decoding: UnsafeRawBufferPointer(start: path, count: count), as: UTF8.self)
        let answer = ServerPage.answer(path: text, method: method, health: health)
        let isHead = method == Int32(LWSHUMETH_HEAD)
        guard ServerPage.send(answer, isHead: isHead, to: connection) else { return -1 }
        // A refused method may bring a body, which nobody would read.
        return answer.status == 405 || lws_http_transaction_completed(connection) != 0 ? -1 : 0
    }
}

/// Whether the text is an IPv4 or IPv6 address in digits.
func isNumericAddress(_ text: String) -> Bool {
    var storage = in6_addr()
    return inet_pton(AF_INET, text, &storage) == 1 || inet_pton(AF_INET6, text, &storage) == 1
}
