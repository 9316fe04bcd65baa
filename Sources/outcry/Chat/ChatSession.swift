import CommandGrammar
import Conversation
import Trading

/// The conversation with the server, through any number of connections: what is sent, what is shown, what is asked
/// again. It reads no clock, touches no terminal and no socket; times are milliseconds of a clock that never steps back.
struct ChatSession {
    /// How the client logs in by itself. Kept in memory only.
    enum Credentials: Equatable {
        case password(user: String, password: String)
        /// Sent with the handshake.
        case token
    }

    /// What is to be done next, in order.
    enum Effect: Equatable {
        case connect
        case send(String)
        case hangUp
        case show(ShownLine)
        /// The pairs that the server knows.
        case learn([String])
        case leave(ExitStatus)
    }

    /// How the program ends.
    enum ExitStatus: Int32, Equatable {
        case done = 0
        /// A line of a script was refused.
        case refused = 1
        /// No connection, or no login.
        case unreachable = 2
        /// Standard output took no more.
        case unwritable = 74
    }

    struct Options {
        var credentials: Credentials?
        /// Lines come from a pipe: one is sent when the one before is answered, and nobody can be asked.
        var isScript = false
    }

    /// Attempts to connect after which a script gives up.
    static let scriptAttemptsMax = 6
    /// Times that an unanswered line is asked again.
    static let repeatsMax = 3
    /// For how long a line may be asked again: less than the server remembers tags.
    static let repeatMillisecondsMax: Int64 = 23 * 3_600_000
    /// How long a script waits after the server said that it is too fast.
    static let tooFastMilliseconds: Int64 = 250
    /// Lines that may wait for their answers.
    static let askedMax = 1_000
    /// Bytes of a line that is sent. The server's own limit is lower (`line_bytes`) and refuses with words of its own; what
    /// is longer than this would not fit into a message, and end the connection.
    static let lineBytesMax = 8_192
    /// The longest time that the server may ask to be left alone before the next attempt, in seconds.
    static let retryAfterSecondsMax = 3_600

    /// Whose line it is, and what its answer is for.
    enum Purpose: Equatable {
        case typed
        /// Typed without echo.
        case secret
        /// Typed without echo, and of no use a second time.
        case code
        case loginName, loginPassword, whoami, head, resume, pairs, orders
        /// The rest of what the trader's `resume` has asked for.
        case replay
    }

    struct Asked: Equatable {
        var purpose: Purpose
        var line: String
        /// The tag that the client gave it.
        var tag: String?
        /// Whether the trader tagged it.
        var hasOwnTag = false
        var account: String?
        var at: Int64
        var repeats = 0
        /// Whether the server will ask for a secret next.
        var bringsSecret = false
        /// Whether it waits its turn like a script's lines: where the server says that it came too soon it is sent again.
        var isPaced = false

        var message: String {
            var object = JSONObject()
            if let tag { object.append("id", .string(tag)) }
            object.append("line", .string(line))
            return JSONValue.object(object).json
        }
    }

    /// A question of the server's. The answer is not echoed where it is a secret.
    enum Question: Equatable {
        case login(user: String?)
        case oldPassword, newPassword
        /// The code of an authenticator.
        case code
        /// Whether tokens go with the old password.
        case yesOrNo

        var isSecret: Bool { self != .yesOrNo }
    }

    let options: Options
    var credentials: Credentials?
    var backoff = Reconnection()
    var tags: LineTags
    let random: (ClosedRange<Int64>) -> Int64

    var isOpen = false
    var openedAt: Int64 = 0
    /// Whether the client is logging in and catching up by itself.
    var isEntering = false
    /// Who is logged in on this connection.
    var account: String?
    var track: NotificationTrack?
    /// What the last reply to a typed line has told already.
    var told = ToldByReply()
    var asked: [Asked] = []
    /// Tagged lines of a lost connection.
    var unanswered: [Asked] = []
    var question: Question?
    var typedUser: String?
    var typedSecret: String?
    var reconnectAt: Int64?
    /// A script's line that came too soon, and when to send it again.
    var postponed: (asked: Asked, at: Int64)?
    var hasRefusedLine = false
    var hasEnded = false
    var knowsPairs = false
    /// The orders that Tab knows.
    var orders = KnownOrders()
    /// Whether notifications that the trader has asked to see again are still on their way.
    var isReplaying: Bool { (track?.replaysLeft ?? 0) > 0 }

    init(
        _ options: Options, tags: LineTags, random: @escaping (ClosedRange<Int64>) -> Int64
    ) {
        self.options = options
        self.tags = tags
        self.random = random
        credentials = options.credentials
    }

    /// Whether a line typed now is sent.
    var takesLines: Bool { isOpen && !isEntering }

    /// Whether all that was typed has been answered.
    var isIdle: Bool {
        takesLines && asked.isEmpty && postponed == nil && (track?.isLive ?? true) && !isReplaying
    }

    /// Whether what is typed is a secret: the server has asked for one, or is about to.
    var hidesInput: Bool { question?.isSecret ?? false || asked.contains { $0.bringsSecret || $0.purpose == .secret } }

    /// When `tick` has something to do; nil where nothing is due.
    var wakesAt: Int64? { [reconnectAt, postponed?.at].compactMap { $0 }.min() }

    /// What stands before the line being typed.
    var prompt: String {
        if !isOpen { return "not connected> " }
        switch question {
        case .login(let user)?: return "password\(user.map { " for \($0)" } ?? ""): "
        case .oldPassword?: return "old password: "
        case .newPassword?: return "new password: "
        case .code?: return "code: "
        case .yesOrNo?: return "yes or no: "
        case nil: return hidesInput ? "" : "\(account ?? "outcry")> "
        }
    }

    // MARK: Time

    mutating func tick(now: Int64) -> [Effect] {
        var effects: [Effect] = []
        if let at = reconnectAt, now >= at {
            reconnectAt = nil
            effects.append(.connect)
        }
        if let (line, at) = postponed, now >= at {
            postponed = nil
            effects += ask(line)
        }
        return effects
    }

    // MARK: Lines

    /// A line that the trader typed, or that a script or a paste has next.
    mutating func typed(_ line: String, now: Int64, isPaced: Bool = false) -> [Effect] {
        guard line.utf8.count <= ChatSession.lineBytesMax else {
            return [refused("the line has \(line.utf8.count) bytes; at most \(ChatSession.lineBytesMax) can be sent")]
        }
        guard !line.unicodeScalars.contains("\u{FFFD}") else {
            return [
                refused("the line has bytes that are no text in this terminal's encoding: it was not sent; see LANG")
            ]
        }
        guard isOpen else { return [.show(.note("not connected: the line was not sent"))] }
        guard !isEntering else { return [.show(.note("logging in: the line was not sent"))] }
        guard asked.count < ChatSession.askedMax else {
            return [.show(.note("\(asked.count) lines wait for their answers: the line was not sent"))]
        }
        if let question {
            guard line.contains(where: { $0 != " " && $0 != "\t" }) else { return [] }
            self.question = nil
            // No password: what is remembered for the next connection stays.
            if question == .code || question == .yesOrNo {
                return ask(Asked(purpose: .code, line: line, account: account, at: now))
            }
            if case .login(let user) = question { typedUser = user ?? typedUser }
            typedSecret = line
            return ask(Asked(purpose: .secret, line: line, account: account, at: now))
        }
        if hidesInput {
            // Typed ahead of the server's question, which is on its way.
            typedSecret = line
            return ask(Asked(purpose: .secret, line: line, account: account, at: now))
        }
        let parsed = CommandParser(vocabulary: Vocabulary.none).parse(line)
        let words = line.drop { $0 == " " || $0 == "\t" }
        // The server has no answer to these.
        guard !words.isEmpty, !words.hasPrefix("//") else { return [] }
        if let tag = parsed.tag, words.dropFirst(tag.count + 2).allSatisfy({ $0 == " " }) { return [] }
        var asked = Asked(purpose: .typed, line: line, hasOwnTag: parsed.tag != nil, account: account, at: now)
        asked.isPaced = isPaced || options.isScript
        switch parsed.command {
        case .login(.password(let user, nil))?, .register(let user, nil)?:
            typedUser = user
            asked.bringsSecret = true
        case .password?: asked.bringsSecret = true
        default: break
        }
        let verb = words.prefix { $0 != " " && $0 != "\t" }.lowercased()
        if account != nil, !asked.hasOwnTag, !parsed.isSecret, LineTags.changing.contains(verb) {
            asked.tag = tags.next()
        }
        return ask(asked)
    }

    /// A line that is not sent, and why.
    mutating func refused(_ why: String) -> Effect {
        hasRefusedLine = true
        return .show(.note(why))
    }

    /// No more lines will come. The program ends when all are answered.
    mutating func inputEnded() -> [Effect] {
        hasEnded = true
        return endIfDone()
    }

    mutating func endIfDone() -> [Effect] {
        guard hasEnded, isIdle else { return [] }
        return [.leave(hasRefusedLine ? .refused : .done)]
    }

    mutating func ask(_ line: Asked) -> [Effect] {
        asked.append(line)
        return [.send(line.message)]
    }
}

extension Vocabulary {
    /// Without pairs: enough to read the first words of a line.
    static var none: Vocabulary { Vocabulary(pairs: [], quote: "usd") }
}
