import ChatServer
import CommandGrammar
import Conversation
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

    /// Lines of a paste that are still to be sent, each when the one before is answered.
    private var paste: [String] = []
    /// Whether Control-C was pressed since the last line was read.
    private var isInterrupted = false
    /// A script's terminal, where it has one: what is typed for a secret is not shown there either.
    private var silent: SilentMode?
    private var isSilent = false

    /// Milliseconds that a close may take when the program ends.
    private static let closeMilliseconds: Int32 = 1_000

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
        terminal.complete = { [unowned self] prefix in completer.complete(prefix, orders: session.orders) }
        terminal.tell = { [unowned self] words in show(.note(words)) }
        terminal.onWake = { [unowned self, unowned terminal] in
            work()
            if isInterrupted || status != nil { return true }
            if terminal.mode == .confirming { return false }
            if session.hidesInput != isHidden { return true }
            if isHidden { return session.prompt != shownPrompt }
            terminal.setPrompt(session.prompt)
            return false
        }
        perform(session.start())
        while status == nil {
            isHidden = session.hidesInput
            shownPrompt = session.prompt
            switch isHidden ? terminal.readHidden(prompt: shownPrompt) : terminal.readLine(prompt: shownPrompt) {
            case .ended: status = status ?? ChatSession.ExitStatus.done.rawValue
            case .interrupted: if isInterrupted { tellInterrupt(isHidden: isHidden) }
            case .pasted(let text): confirm(text, on: terminal)
            case .line(let line):
                if !isHidden { keep(line) }
                perform(session.typed(line, now: ChatLoop.now()))
            }
        }
        hangUp()
        return status ?? 0
    }

    /// What Control-C has done, and what it does not do.
    private func tellInterrupt(isHidden: Bool) {
        isInterrupted = false
        if !paste.isEmpty {
            dropPaste("Ctrl-C")
        } else if isHidden {
            show(.note("Ctrl-C: what was typed is cleared; quit or Ctrl-D ends the program"))
        } else if session.asked.contains(where: { $0.purpose == .typed }) {
            show(.note("Ctrl-C: the line is cleared; what was sent is not taken back: cancel or undo does that"))
        } else {
            show(.note("Ctrl-C: the line is cleared; quit or Ctrl-D ends the program"))
        }
    }

    // MARK: Pastes

    /// Shows the lines, and sends them one by one where Enter is pressed.
    private func confirm(_ text: PastedText, on terminal: ChatTerminal) {
        guard text.lines.count <= PastedText.linesMax else {
            show(.note("\(text.lines.count) lines were pasted; at most \(PastedText.linesMax) at once: dropped"))
            return
        }
        for line in text.preview { show(.typed(line)) }
        let isWanted = terminal.confirms(prompt: text.question)
        isInterrupted = false
        guard status == nil else { return }
        guard isWanted else {
            show(.note("\(text.lines.count) lines dropped: none was sent"))
            return
        }
        paste += text.lines
        sendPaste()
    }

    /// Sends what can be sent of a paste by now.
    private func sendPaste() {
        guard !paste.isEmpty else { return }
        guard session.isOpen else { return dropPaste("not connected") }
        while session.isIdle, let line = paste.first {
            paste.removeFirst()
            let isSecret = session.hidesInput || CommandParser.isSecret(line)
            show(.typed(session.prompt + (isSecret ? "(a line with a secret)" : line)))
            if !session.hidesInput { keep(line) }
            perform(session.typed(line, now: ChatLoop.now(), isPaced: true))
        }
    }

    private func dropPaste(_ why: String) {
        let count = paste.count
        paste = []
        show(.note("\(why): \(count) line\(count == 1 ? "" : "s") of what was pasted not sent"))
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
        var lines = ScriptLines()
        silent = SilentMode(keepsLines: true)
        defer { setSilence(false) }
        perform(session.start())
        while status == nil {
            if session.isIdle, let line = lines.next() {
                switch line {
                case .line(let text): perform(session.typed(text, now: ChatLoop.now()))
                case .unreadable(let why): perform([session.refused(why)])
                }
                continue
            }
            if lines.areOver { perform(session.inputEnded()) }
            guard status == nil else { break }
            setSilence(session.hidesInput)
            var waits = [
                pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: lines.wantsMore ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&waits, 2, milliseconds())
            if waits[1].revents != 0 { lines.fill() }
            work()
            if isInterrupted {
                let waiting = session.asked.last { $0.purpose == .typed }?.line
                show(.note("interrupted\(waiting.map { "; sent and not answered: \($0)" } ?? "")"))
                status = 128 + SIGINT
            }
        }
        hangUp()
        return status ?? 0
    }

    /// Whether the terminal of a script's lines shows what is typed.
    private func setSilence(_ wanted: Bool) {
        guard wanted != isSilent, let silent else { return }
        isSilent = wanted
        if wanted { silent.begin() } else { silent.end() }
    }

    // MARK: What happens

    private func milliseconds() -> Int32 {
        session.wakesAt.map { Int32(clamping: max(0, $0 - ChatLoop.now())) } ?? -1
    }

    /// Does all that waits.
    private func work() {
        let (events, hasOverflowed) = inbox.take()
        for (number, event) in events where number == connectionNumber {
            let now = ChatLoop.now()
            switch event {
            case .opened(let subprotocol): perform(session.opened(subprotocol: subprotocol, now: now))
            case .message(let text): perform(session.received(text, now: now))
            case .closed(let code, let reason):
                client = nil
                perform(session.lost(code: code, reason: reason.isEmpty ? "code \(code)" : reason, now: now))
            case .failed(let reason, let seconds):
                client = nil
                perform(session.lost(code: nil, reason: reason, retryAfterSeconds: seconds, now: now))
            }
        }
        if hasOverflowed { client?.close(code: 1_008, reason: "more events wait than are read") }
        perform(session.tick(now: ChatLoop.now()))
        sendPaste()
        handleSignals()
    }

    private func handleSignals() {
        for number in ChatInbox.takeSignals() {
            if let terminal {
                if terminal.take(signal: number) { continue }
            } else if number == SIGTSTP || number == SIGCONT {
                if number == SIGTSTP {
                    if isSilent { silent?.end() }
                    ChatInbox.stop()
                }
                if isSilent { silent?.begin() }
                continue
            }
            if number == SIGINT {
                isInterrupted = true
            } else {
                status = 128 + number
            }
        }
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
            terminal.show(colours.text(of: line, columns: ScreenWidth.columns))
        } else if case .note = line {
            // Not among the answers that a script reads.
            Terminal.write(ChatColours(isOn: false).text(of: line) + "\n", to: STDERR_FILENO)
        } else {
            Terminal.write(colours.text(of: line) + "\n")
        }
        // Nobody would hear what becomes of the next line.
        if Terminal.hasFailed { status = ChatSession.ExitStatus.unwritable.rawValue }
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
