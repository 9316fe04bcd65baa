import ChatServer
import CommandGrammar
import Foundation
import Threads

/// The client at work: one thread that waits for keys, for the connection and for the clock.
final class ChatLoop {
    private var session: ChatSession
    private let connection: WebSocketClient.Options
    private let inbox: ChatInbox
    private let colours: ChatColours
    private let history: HistoryFile?
    private var completer = LineCompleter()
    private var terminal: ChatTerminal?
    private var client: WebSocketClient?
    /// Counts connections, so that an old one's last words are not taken for the new one's.
    private var connectionNumber = 0
    private var status: Int32?

    /// Milliseconds that a close may take when the program ends.
    private static let closeMilliseconds: Int32 = 1_000
    /// Bytes of a script's line. What is longer is cut there.
    static let scriptLineBytesMax = 65_536

    init(
        session: ChatSession, connection: WebSocketClient.Options, inbox: ChatInbox, colours: ChatColours,
        history: HistoryFile?
    ) {
        self.session = session
        self.connection = connection
        self.inbox = inbox
        self.colours = colours
        self.history = history
    }

    static func now() -> Int64 {
        MonotonicClock.milliseconds
    }

    // MARK: With a terminal

    /// Talks until the trader leaves, and returns the exit status.
    func run(on terminal: ChatTerminal) -> Int32 {
        self.terminal = terminal
        defer { self.terminal = nil }
        var shownPrompt = ""
        var isHidden = false
        terminal.wait = { [unowned self] in milliseconds() }
        terminal.complete = { [unowned self] prefix in completer.complete(prefix) }
        terminal.onWake = { [unowned self, unowned terminal] in
            let isInterrupted = work()
            if isInterrupted || status != nil || session.hidesInput != isHidden { return true }
            if isHidden { return session.prompt != shownPrompt }
            terminal.setPrompt(session.prompt)
            return false
        }
        perform(session.start())
        while status == nil {
            isHidden = session.hidesInput
            shownPrompt = session.prompt
            switch isHidden ? terminal.readHidden(prompt: shownPrompt) : terminal.readLine(prompt: shownPrompt) {
            case .ended: status = ChatSession.ExitStatus.done.rawValue
            case .interrupted: continue
            case .line(let line):
                if !isHidden { keep(line) }
                perform(session.typed(line, now: ChatLoop.now()))
            }
        }
        hangUp()
        return status ?? 0
    }

    /// Remembers a line, unless it carries a secret.
    private func keep(_ line: String) {
        let isBlank = line.allSatisfy { $0 == " " }
        guard !isBlank, !line.contains("\n"), !CommandParser.isSecret(line) else { return }
        terminal?.remember(line)
        history?.append(line)
    }

    // MARK: With a pipe

    /// Sends each line when the one before is answered, and returns the exit status once all are.
    func runScript() -> Int32 {
        var bytes: [UInt8] = []
        var hasEnded = false
        perform(session.start())
        while status == nil {
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
            if session.isIdle, let end = end ?? (hasEnded && !bytes.isEmpty ? bytes.count : nil) {
                var line = String(decoding: bytes[..<end], as: UTF8.self)
                if line.hasSuffix("\r") { line.removeLast() }
                bytes.removeFirst(min(end + 1, bytes.count))
                perform(session.typed(line, now: ChatLoop.now()))
                continue
            }
            if hasEnded, bytes.isEmpty { perform(session.inputEnded()) }
            guard status == nil else { break }
            let wantsInput = !hasEnded && end == nil && bytes.count < ChatLoop.scriptLineBytesMax
            var waits = [
                pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wantsInput ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&waits, 2, milliseconds())
            if waits[1].revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 4_096)
                let count = read(STDIN_FILENO, &buffer, buffer.count)
                if count > 0 { bytes += buffer.prefix(count) }
                if count == 0 || (count < 0 && errno != EINTR) { hasEnded = true }
            }
            if work() { status = 128 + SIGINT }
        }
        hangUp()
        return status ?? 0
    }

    // MARK: What happens

    private func milliseconds() -> Int32 {
        session.wakesAt.map { Int32(clamping: max(0, $0 - ChatLoop.now())) } ?? -1
    }

    /// Does all that waits. True where the trader interrupted.
    private func work() -> Bool {
        let (events, hasOverflowed) = inbox.take()
        for (number, event) in events where number == connectionNumber {
            let now = ChatLoop.now()
            switch event {
            case .opened(let subprotocol): perform(session.opened(subprotocol: subprotocol, now: now))
            case .message(let text): perform(session.received(text, now: now))
            case .closed(let code, let reason):
                client = nil
                perform(session.lost(code: code, reason: reason.isEmpty ? "code \(code)" : reason, now: now))
            case .failed(let reason):
                client = nil
                perform(session.lost(code: nil, reason: reason, now: now))
            }
        }
        if hasOverflowed { client?.close(code: 1_008, reason: "more events wait than are read") }
        perform(session.tick(now: ChatLoop.now()))
        return handleSignals()
    }

    private func handleSignals() -> Bool {
        var isInterrupted = false
        for number in ChatInbox.takeSignals() {
            switch number {
            case SIGINT: isInterrupted = true
            case SIGTSTP: terminal?.suspend()
            case SIGWINCH: terminal?.resized()
            default: status = 128 + number
            }
        }
        return isInterrupted
    }

    private func perform(_ effects: [ChatSession.Effect]) {
        for effect in effects {
            switch effect {
            case .connect:
                connectionNumber += 1
                client = WebSocketClient(connection) { [inbox, connectionNumber] event in
                    inbox.put(event, of: connectionNumber)
                }
            case .send(let text):
                if client?.send(text) != true { client?.close(code: 1_008, reason: "more waits than can be sent") }
            case .hangUp: client?.close()
            case .show(let line): show(line)
            case .learn(let pairs): completer.learn(pairs: pairs)
            case .leave(let status): self.status = status.rawValue
            }
        }
    }

    private func show(_ line: ShownLine) {
        if let terminal {
            terminal.show(colours.text(of: line))
        } else if case .note = line {
            // Not among the answers that a script reads.
            FileHandle.standardError.write(Data((ChatColours(isOn: false).text(of: line) + "\n").utf8))
        } else {
            ChatTerminal.write(colours.text(of: line) + "\n")
        }
    }

    /// Says goodbye to the server, and does not wait for long.
    private func hangUp() {
        guard let client else { return }
        client.close()
        let end = ChatLoop.now() + Int64(ChatLoop.closeMilliseconds)
        while self.client != nil, ChatLoop.now() < end {
            var waits = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&waits, 1, Int32(clamping: max(0, end - ChatLoop.now())))
            for (number, event) in inbox.take().events where number == connectionNumber {
                switch event {
                case .closed, .failed: self.client = nil
                case .opened, .message: break
                }
            }
        }
    }
}
