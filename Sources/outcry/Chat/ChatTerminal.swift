import CEditline
import Foundation

/// The terminal: lines are edited with editline, or typed without echo, while other things may be shown above them.
///
/// All on one thread, which waits for keys and for the inbox at once.
final class ChatTerminal {
    /// What came of waiting for a line.
    enum Input: Equatable {
        case line(String)
        /// Control-D on an empty line, or the terminal is gone.
        case ended
        /// `onWake` asked for it: somebody looks at the state again.
        case interrupted
    }

    /// The longest line that can be typed without echo, in bytes.
    static let hiddenBytesMax = 1_024

    private enum Mode: Equatable {
        case idle, editing
        case hidden
    }

    private let editor: OpaquePointer
    private let lines: OpaquePointer?
    private let inbox: ChatInbox
    private var keys = KeyReader()
    private var mode = Mode.idle
    private var hasEnded = false
    private var prompt = ""
    /// The prompt as editline takes it, kept for as long as editline may read it.
    private var promptBytes: UnsafeMutablePointer<CChar>

    /// Called when the inbox has something or the time is up. True interrupts the line.
    var onWake: () -> Bool = { true }
    /// Milliseconds until `onWake` is to be called; -1 for no such time.
    var wait: () -> Int32 = { -1 }
    var complete: (String) -> LineCompleter.Outcome = { _ in .nothing }

    /// nil where editline cannot work on this terminal.
    init?(inbox: ChatInbox, history: [String]) {
        setlocale(LC_CTYPE, "")
        // Editline counts characters by the locale; keys are UTF-8 everywhere today.
        if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
        guard let editor = outcry_el_open("outcry"), let empty = strdup("") else { return nil }
        self.editor = editor
        self.inbox = inbox
        promptBytes = empty
        outcry_el_ignore_signals(editor)
        outcry_el_use_emacs(editor)
        lines = outcry_history_open(editor, Int32(HistoryFile.linesMax))
        for line in history { remember(line) }
        outcry_el_set_context(editor, Unmanaged.passUnretained(self).toOpaque())
        outcry_el_set_prompt(editor) { editor in ChatTerminal.of(editor)?.promptBytes }
        outcry_el_set_reader(editor) { editor, place in ChatTerminal.of(editor)?.readKey(into: place) ?? 0 }
        outcry_el_add_function(editor, "outcry-complete", "Completes a word") { editor, _ in
            ChatTerminal.of(editor)?.completeWord() ?? UInt8(CC_ERROR)
        }
        outcry_el_bind(editor, "^I", "outcry-complete")
        outcry_el_bind(editor, "^R", "em-inc-search-prev")
        outcry_el_bind(editor, "^W", "ed-delete-prev-word")
        // The user's own keys win.
        el_source(editor, nil)
    }

    /// Leaves the terminal as it was found.
    deinit {
        el_end(editor)
        if let lines { history_end(lines) }
        free(promptBytes)
    }

    private static func of(_ editor: OpaquePointer?) -> ChatTerminal? {
        guard let editor, let context = outcry_el_context(editor) else { return nil }
        return Unmanaged<ChatTerminal>.fromOpaque(context).takeUnretainedValue()
    }

    /// The lines that the arrow keys bring back.
    func remember(_ line: String) {
        if let lines { outcry_history_enter(lines, line) }
    }

    func setPrompt(_ text: String) {
        guard text != prompt, let bytes = strdup(text) else { return }
        if mode == .editing { clearLine() }
        free(promptBytes)
        promptBytes = bytes
        prompt = text
        if mode == .editing { outcry_el_refresh(editor) }
    }

    // MARK: Showing

    /// Shows lines above the one that is being typed.
    func show(_ text: String) {
        switch mode {
        case .idle: ChatTerminal.write(text + "\n")
        case .editing:
            clearLine()
            ChatTerminal.write(text + "\r\n")
            outcry_el_refresh(editor)
        case .hidden: ChatTerminal.write("\r\u{1B}[K" + text + "\r\n" + prompt)
        }
    }

    /// Puts the cursor where the prompt begins, and clears all from there on.
    private func clearLine() {
        let width = ScreenWidth.columns
        let (before, _) = lineAroundCursor()
        let rows = ScreenWidth.rowsAbove(prompt + before, columns: width)
        ChatTerminal.write(rows > 0 ? "\r\u{1B}[\(rows)A\u{1B}[J" : "\r\u{1B}[J")
    }

    private func lineAroundCursor() -> (before: String, after: String) {
        guard let info = el_line(editor)?.pointee, let start = info.buffer, let cursor = info.cursor,
            let end = info.lastchar
        else { return ("", "") }
        func text(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) -> String {
            String(decoding: UnsafeRawBufferPointer(start: from, count: to - from), as: UTF8.self)
        }
        return (text(start, cursor), text(cursor, end))
    }

    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Gives the terminal back until the shell brings this program to the front again.
    func suspend() {
        let wasEditing = mode == .editing
        if wasEditing { outcry_el_prepare_terminal(editor, 0) }
        ChatTerminal.write("\r\n")
        raise(SIGSTOP)
        if wasEditing {
            outcry_el_prepare_terminal(editor, 1)
            outcry_el_refresh(editor)
        }
    }

    func resized() {
        guard mode == .editing else { return }
        clearLine()
        el_resize(editor)
        outcry_el_refresh(editor)
    }

    // MARK: Typing

    /// A line, edited.
    func readLine(prompt: String) -> Input {
        setPrompt(prompt)
        mode = .editing
        var count: Int32 = 0
        let typed = el_gets(editor, &count)
        mode = .idle
        guard let typed, count > 0 else {
            ChatTerminal.write("\r\u{1B}[J")
            return hasEnded || !isInterrupted ? .ended : .interrupted
        }
        var line = String(decoding: UnsafeRawBufferPointer(start: typed, count: Int(count)), as: UTF8.self)
        if line.hasSuffix("\n") { line.removeLast() }
        return .line(line)
    }

    /// A line that is not echoed.
    func readHidden(prompt: String) -> Input {
        var usual = termios()
        guard tcgetattr(STDIN_FILENO, &usual) == 0 else { return .ended }
        var silent = usual
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &usual) }
        self.prompt = prompt
        mode = .hidden
        defer { mode = .idle }
        ChatTerminal.write(prompt)
        var line = String.UnicodeScalarView()
        while let key = nextKey() {
            switch key {
            case "\r", "\n":
                ChatTerminal.write("\r\n")
                return .line(String(line))
            case "\u{04}" where line.isEmpty: return .ended
            case "\u{7F}", "\u{08}": _ = line.popLast()
            case "\u{15}", "\u{03}": line.removeAll()
            default:
                if line.count < ChatTerminal.hiddenBytesMax, key.value >= 0x20 { line.append(key) }
            }
        }
        ChatTerminal.write("\r\u{1B}[K")
        return hasEnded ? .ended : .interrupted
    }

    private var isInterrupted = false

    private func readKey(into place: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        guard let key = nextKey() else { return 0 }
        place?.pointee = wchar_t(key.value)
        return 1
    }

    /// The next key, or nil where the line is interrupted or no key will ever come.
    private func nextKey() -> Unicode.Scalar? {
        isInterrupted = false
        while true {
            if let key = keys.next() { return key }
            var waits = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&waits, 2, wait())
            if ready <= 0 || waits[1].revents != 0 {
                if onWake() {
                    if mode == .editing { clearLine() }
                    isInterrupted = true
                    return nil
                }
                continue
            }
            guard waits[0].revents != 0 else { continue }
            guard keys.fill() else {
                hasEnded = true
                return nil
            }
        }
    }

    private func completeWord() -> UInt8 {
        switch complete(lineAroundCursor().before) {
        case .nothing: return UInt8(CC_REFRESH_BEEP)
        case .replace(let count, let text):
            if count > 0 { el_deletestr(editor, Int32(count)) }
            return el_insertstr(editor, text) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_REFRESH_BEEP)
        case .choices(let words):
            show(ScreenWidth.inColumns(words, columns: ScreenWidth.columns))
            return UInt8(CC_NORM)
        }
    }
}
