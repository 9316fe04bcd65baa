import CLibwebsockets
import Conversation
import Logging
import Threads

/// Answering what is not, or not yet, a session.
extension ServerSessions {
    /// Answers with a reason in words, and nothing after it on the same connection.
    func refuse(
        _ status: Int, _ message: String, headers: [String] = [], on connection: ServerConnection
    ) -> Int32 {
        counters.handshakesRefused.count()
        if status == 429 { counters.requestsTooMany.count() }
        logger.debug("request refused", metadata: ["status": "\(status)", "reason": "\(message)"])
        var answer = ServerPage.Answer(status: status, headers: ["Connection: close"] + headers, body: message + "\n")
        // RFC 6455 §4.4 and RFC 9110 §15.5.22.
        if status == 426 {
            answer.headers = ["Connection: Upgrade, close", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        }
        return send(answer, on: connection, isLast: true)
    }

    /// Refuses one request too many of an address.
    func refuseTooMany(waitNanoseconds wait: Int64, on connection: ServerConnection) -> Int32 {
        let seconds = max(1, (wait + 999_999_999) / 1_000_000_000)
        return refuse(
            429, "too many requests from your address; try again in \(seconds) s",
            headers: ["Retry-After: \(seconds)"], on: connection)
    }

    /// Tells the desk and the log of a host or an origin that was refused, unless that happens all the time.
    func report(_ header: RefusedRequest.Header, _ value: String, from address: String) {
        switch header {
        case .host: counters.hostsRefused.count()
        case .origin: counters.originsRefused.count()
        }
        guard refusalBudget.take(now: MonotonicClock.nanoseconds) == nil else { return }
        let refused = RefusedRequest(address: address, header: header, value: value)
        logger.notice(
            "\(header == .host ? "Host" : "Origin") refused",
            metadata: ["address": "\(address)", "value": "\(refused.value.debugDescription)"])
        _ = handlers.onEvent(.refused(refused))
    }

    func send(_ page: ServerPage.Answer, on connection: ServerConnection, isLast: Bool) -> Int32 {
        guard write(ServerPage.bytes(of: page, isHead: connection.isAskedForHead), on: connection) else { return -1 }
        if isLast { linger(connection) }
        return 0
    }

    /// Writes all of it. False where the client has more answers waiting than the system holds for it, and reads none.
    func write(_ bytes: [UInt8], on connection: ServerConnection) -> Bool {
        var bytes = bytes
        let count = bytes.count
        let written = bytes.withUnsafeMutableBufferPointer { buffer in
            outcry_lws_write_raw(connection.pointer, buffer.baseAddress, count)
        }
        return written >= count && lws_partial_buffered(connection.pointer) == 0
    }
}
