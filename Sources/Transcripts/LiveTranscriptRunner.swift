public import ChatServer
import Conversation

/// Runs transcripts against a running server, over WebSockets, as the people in them would.
///
/// Only transcripts that move neither the market nor the clock can be run (`Transcript.canRunLive`). A session is opened when
/// its name first stands before a `>` or a `<`, or by `@connect`; it logs in with the login that has its name, or with
/// the only one given; without any, and behind `@connect`, logging in is up to the transcript. A step waits until its line has its
/// reply and what is seen is what is expected, and at most so long. After a mismatch the two are out of step: the
/// transcript ends there.
public struct LiveTranscriptRunner: Sendable {
    /// How a session gets in.
    public enum Login: Hashable, Sendable {
        case password(user: String, password: String)
        /// With the handshake, as `Authorization: Bearer`.
        case token(String)
    }

    private let address: WebSocketAddress
    private let logins: [Login]
    private let timeout: Duration

    public init(address: WebSocketAddress, logins: [Login] = [], timeout: Duration = .seconds(5)) {
        self.address = address
        self.logins = logins
        self.timeout = timeout
    }

    /// Runs one transcript on sessions of its own.
    public func run(_ transcript: Transcript) async -> TranscriptOutcome {
        var outcome = TranscriptOutcome(transcript)
        var sessions: [String: LiveSession] = [:]
        var line = transcript.line
        do {
            for (index, step) in transcript.steps.enumerated() where outcome.isMatch {
                line = step.line
                var expectsReply = false
                switch step.action {
                case .directive(.connect(let name, let format), _):
                    if let open = sessions[name] { await open.close() }
                    sessions[name] = try await connect(format, nil)
                case .directive(.close(let name), _):
                    await sessions[name]?.close()
                case .directive(_, let text):
                    throw TranscriptTrouble("a running server is not moved by \(text)")
                case .typed(let name, let text):
                    let session = try await session(name, &sessions)
                    expectsReply = try await session.type(text)
                case .look(let name):
                    _ = try await session(name, &sessions)
                }
                guard let view = step.view, let session = sessions[view] else { continue }
                let seen = await session.take(
                    step.expected.map(\.text), afterReply: expectsReply, within: timeout)
                outcome.look(index, seen)
            }
            if outcome.isMatch {
                var left: [(session: String, lines: [String])] = []
                for (name, session) in sessions.sorted(by: { $0.key < $1.key }) {
                    let lines = await session.takeAll()
                    if !lines.isEmpty { left.append((name, lines)) }
                }
                outcome.end(left)
            }
        } catch {
            let message = (error as? TranscriptTrouble)?.message ?? "\(error)"
            outcome.error = TranscriptError(file: transcript.file, line: line, message: message)
        }
        for session in sessions.values { await session.close() }
        return outcome
    }

    private func session(_ name: String, _ sessions: inout [String: LiveSession]) async throws -> LiveSession {
        if let session = sessions[name] { return session }
        let session = try await connect(.text, login(of: name))
        sessions[name] = session
        return session
    }

    private func login(of name: String) -> Login? {
        let own = logins.first { login in
            if case .password(name, _) = login { true } else { false }
        }
        return own ?? (logins.count == 1 ? logins[0] : nil)
    }

    private func connect(_ format: WireFormat, _ login: Login?) async throws -> LiveSession {
        var options = WebSocketClient.Options(address: address, subprotocol: format.rawValue)
        if case .token(let token) = login { options.bearerToken = token }
        let session = LiveSession(options)
        guard await session.opens(within: timeout) else {
            throw TranscriptTrouble("no connection to \(address): \(await session.ending ?? "no answer")")
        }
        if case .password(let user, let password) = login {
            _ = try await session.type("login \(user) \(password)")
            // The greeting comes before it, and what the desk has for the account behind it.
            let welcome = ["...", "+ hello ...", "..."]
            let seen = await session.take(welcome, afterReply: true, within: timeout)
            guard LineAlignment(expected: welcome, seen: seen).isMatch else {
                throw TranscriptTrouble("\(user) cannot log in: \(seen.joined(separator: " / "))")
            }
        }
        return session
    }
}
