import Glibc

/// Asks on the terminal for lines that are not shown, whatever happens meanwhile: Ctrl-Z and `fg`, SIGSTOP, another size of
/// the window. The questions go to standard error: standard output may be a file.
struct HiddenPrompt {
    enum Outcome: Equatable {
        case line(String)
        /// Control-D on an empty line, or the terminal is gone.
        case ended
        /// One of `endings` came.
        case signal(Int32)
    }

    /// The signals that end the program, which must first make the terminal show again what is typed.
    static let endings: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    private let inbox: ChatInbox
    private let mode: SilentMode
    /// Outlives a question: what was typed ahead of the next one is its answer.
    private var keys = KeyReader(charset: .ofEnvironment())

    /// From now on nothing is shown. `inbox` catches `endings`, SIGTSTP and SIGCONT. nil where there is no terminal.
    init?(inbox: ChatInbox) {
        guard let mode = SilentMode() else { return nil }
        self.inbox = inbox
        self.mode = mode
        mode.begin(isFirst: true)
    }

    /// What is typed is shown again.
    func end() { mode.end() }

    mutating func ask(_ prompt: String) -> Outcome {
        Terminal.write(prompt, to: STDERR_FILENO)
        defer { Terminal.write("\n", to: STDERR_FILENO) }
        var line = HiddenLine()
        while true {
            switch keys.next() {
            case .character(let key)?:
                switch line.take(key) {
                case .none: continue
                case .done: return .line(line.text)
                case .ended: return .ended
                }
            case .pasted(let text)?:
                line.take(pasted: text)
                continue
            case .pastedTooMuch?: continue
            case nil: break
            }
            let patience = keys.patienceMilliseconds
            var waits = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&waits, 2, patience ?? -1)
            if ready == 0 { keys.losePatience() }
            if ready < 0 || waits[1].revents != 0 {
                if let ending = handleSignals(prompt) { return .signal(ending) }
            } else if waits[0].revents != 0, !keys.fill() {
                return .ended
            }
        }
    }

    /// The signal that ends the program, where one came.
    private func handleSignals(_ prompt: String) -> Int32? {
        inbox.drain()
        for number in ChatInbox.takeSignals() {
            switch number {
            case SIGTSTP:
                mode.end()
                Terminal.write("\n", to: STDERR_FILENO)
                ChatInbox.stop()
                resume(prompt)
            case SIGCONT: resume(prompt)
            case _ where HiddenPrompt.endings.contains(number): return number
            default: break
            }
        }
        return nil
    }

    private func resume(_ prompt: String) {
        mode.begin()
        Terminal.write("\r\u{1B}[K\(prompt)", to: STDERR_FILENO)
    }
}

/// A line that is typed without being shown.
struct HiddenLine {
    /// Characters of it. What is typed beyond is not taken.
    static let charactersMax = 1_024

    enum Outcome: Equatable { case none, done, ended }

    private var scalars = String.UnicodeScalarView()

    var text: String { String(scalars) }

    /// A secret is one line: a paste of more is not taken. False then.
    @discardableResult
    mutating func take(pasted text: String) -> Bool {
        let pasted = PastedText(text)
        guard !pasted.isBlock else { return false }
        for key in pasted.lines.first?.unicodeScalars ?? "".unicodeScalars { _ = take(key) }
        return true
    }

    /// Backspace takes a character away, Control-U all of them; Control-D ends where there is none.
    mutating func take(_ key: Unicode.Scalar) -> Outcome {
        switch key {
        case "\r", "\n": return .done
        case "\u{04}" where scalars.isEmpty: return .ended
        case "\u{7F}", "\u{08}": _ = scalars.popLast()
        case "\u{15}", "\u{03}": scalars.removeAll()
        default:
            if scalars.count < HiddenLine.charactersMax, key.value >= 0x20 { scalars.append(key) }
        }
        return .none
    }
}
