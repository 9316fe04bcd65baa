import ChatServer
import Conversation
import Foundation
import Threads

/// Somebody at a WebSocket client.
final class Trader {
    enum Format: Sendable {
        case text
        case json
        /// Text, because nothing was asked for.
        case none
    }

    /// How the connection ended.
    enum Ending: Hashable, Sendable {
        case closed(code: UInt16)
        case failed(reason: String)
    }

    private struct State: Sendable {
        var isOpen = false
        var replies: [ChatMessage] = []
        var events: [ChatMessage] = []
        /// Apart from the events, which are the account's.
        var greeting: ChatMessage?
        var unreadable: String?
        var ending: Ending?
    }

    private let state = Monitor(State())
    private let client: WebSocketClient
    private var asked = 0

    /// Connects. `bell` is rung with each message.
    init(port: UInt16, format: Format, token: String? = nil, origin: String? = nil, bell: Monitor<Int>? = nil) throws {
        let subprotocol: String? =
            switch format {
            case .text: "outcry.text.v1"
            case .json: "outcry.json.v1"
            case .none: nil
            }
        var options = WebSocketClient.Options(
            address: WebSocketAddress(host: "127.0.0.1", port: port), subprotocol: subprotocol, bearerToken: token)
        options.origin = origin
        options.limits.messageBytes = 64 << 20
        let state = state
        client = WebSocketClient(options) { event in
            state.withLock { state in
                switch event {
                case .opened: state.isOpen = true
                case .closed(let code, _): state.ending = .closed(code: code)
                case .failed(let reason, _): state.ending = .failed(reason: reason)
                case .message(let text):
                    do {
                        let message = try ChatMessage(text, format: format)
                        if message.text.hasPrefix("* Outcry, ") {
                            state.greeting = message
                        } else if message.type == "event" {
                            state.events.append(message)
                        } else {
                            state.replies.append(message)
                        }
                    } catch {
                        state.unreadable = "\(error): \(text)"
                    }
                }
            }
            bell?.withLock { $0 += 1 }
        }
    }

    var replies: [ChatMessage] { state.withLock { $0.replies } }
    var events: [ChatMessage] { state.withLock { $0.events } }
    /// Lines that were sent.
    var sent: Int { asked }

    /// Sends a line and does not wait. Each line given here must be one that is answered.
    func say(_ line: String, tag: String? = nil) throws {
        asked += 1
        guard let tag else {
            client.send(line)
            return
        }
        client.send(String(decoding: try JSONEncoder().encode(["id": tag, "line": line]), as: UTF8.self))
    }

    /// Sends a line and waits for its reply.
    @discardableResult
    func ask(_ line: String, tag: String? = nil) throws -> ChatMessage {
        try say(line, tag: tag)
        let number = asked
        return try wait("the reply to \(line)") { $0.replies.count >= number ? $0.replies[number - 1] : nil }
    }

    /// Waits for a notification; for the first one where several are meant.
    @discardableResult
    func event(_ name: String, order: UInt64? = nil) throws -> ChatMessage {
        try wait("\(name) of \(order.map { "#\($0)" } ?? "anything")") { state in
            state.events.first { $0.event == name && (order == nil || $0.order?.id == order) }
        }
    }

    /// Waits for a notification with these words in it.
    @discardableResult
    func event(saying words: String) throws -> ChatMessage {
        try wait(words) { state in state.events.first { $0.text.contains(words) } }
    }

    /// Waits until so many notifications have come.
    func events(_ count: Int) throws -> [ChatMessage] {
        try wait("\(count) notifications") { $0.events.count >= count ? $0.events : nil }
    }

    /// Waits until the connection is over.
    func ending() throws -> Ending {
        let ending = state.wait(seconds: patienceSeconds) { $0.ending }
        guard let ending else { throw Unexpected("the connection has not ended") }
        return ending
    }

    func close() { client.close() }

    private func wait<Value>(_ what: String, for body: (State) -> Value?) throws -> Value {
        let outcome: Result<Value, Unexpected>? = state.wait(seconds: patienceSeconds) { state in
            if let unreadable = state.unreadable { return .failure(Unexpected("not readable: \(unreadable)")) }
            if let value = body(state) { return .success(value) }
            return state.ending.map { .failure(Unexpected("\($0), and not \(what)")) }
        }
        guard let outcome else {
            let last = (replies.suffix(2) + events.suffix(5)).map(\.text)
            throw Unexpected("\(what) did not come within \(patienceSeconds) s; last came \(last)")
        }
        return try outcome.get()
    }
}

extension Trader {
    /// All notifications from a number on, as `resume` brings them to this session, following `next` while there is more.
    ///
    /// The notifications of a batch come right behind their reply, so the next reply is a sign that all have come.
    func resumed(from first: UInt64 = 1) throws -> [ChatMessage] {
        var (next, found): (UInt64, [ChatMessage]) = (first, [])
        // What the line before has led to has come by now.
        try ask("time")
        while true {
            let before = events.count
            let reply = try ask("resume \(next)")
            guard reply.ok == true, let count = reply.count, let more = reply.more else {
                throw Unexpected("resume \(next): \(reply.raw)")
            }
            found += try events(before + count)[before..<(before + count)]
            guard more, let following = reply.next else { return found }
            next = following
        }
    }
}
