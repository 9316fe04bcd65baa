import CEditline
import Foundation

/// The terminal: lines are edited with editline, or typed without echo, while other things may be shown above them.
///
/// All on one thread, which waits for keys and for the inbox at once.
final class ChatTerminal {
    /// What came of waiting for a line.
    enum Input: Equatable {
        case line(String)
        /// Several lines at once, after what had been typed. Nobody has confirmed them yet.
        case pasted(PastedText)
        /// Control-D on an empty line, or the terminal is gone.
        case ended
        /// `onWake` asked for it: somebody looks at the state again.
        case interrupted
    }

    enum Mode: Equatable {
        case idle, editing
        case hidden
        /// Enter or Esc is waited for.
        case confirming
    }

    /// Has the terminal mark what is pasted (xterm's control sequences, "Bracketed Paste Mode"); one that cannot does nothing.
    private static let marksPastes = "\u{1B}[?2004h"
    private static let marksNoPastes = "\u{1B}[?2004l"

    private let editor: OpaquePointer
    private let lines: OpaquePointer?
    private let inbox: ChatInbox
    private let charset = TerminalCharset.ofEnvironment()
    /// Where the editor writes, unless that is in UTF-8. Goes after the editor.
    private let encoded: EncodedOutput?
    var keys = KeyReader(charset: .ofEnvironment())
    var mode = Mode.idle
    /// How nothing is shown, while something is typed without echo.
    var silent: SilentMode?
    var hasEnded = false
    var prompt = ""
    /// What was pasted and ends the editing of a line.
    private var pasted: PastedText?
    /// The prompt as editline takes it, kept for as long as editline may read it.
    private var promptBytes: UnsafeMutablePointer<CChar>

    /// Called when the inbox has something or the time is up. True interrupts the line.
    var onWake: () -> Bool = { true }
    /// Milliseconds until `onWake` is to be called; -1 for no such time.
    var wait: () -> Int32 = { -1 }
    var complete: (String) -> LineCompleter.Outcome = { _ in .nothing }
    /// Tells the trader something.
    var tell: (String) -> Void = { _ in }

    /// nil where editline cannot work on this terminal.
    init?(inbox: ChatInbox, history: [String]) {
        setlocale(LC_CTYPE, "")
        // Editline counts characters by the locale, and is spoken to in UTF-8 whatever the terminal's encoding.
        if String(cString: nl_langinfo(nl_item(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
        let encoded = charset == .utf8 ? nil : EncodedOutput(charset: charset)
        self.encoded = encoded
        guard let editor = encoded?.openEditor("outcry") ?? outcry_el_open("outcry"), let empty = strdup("") else {
            return nil
        }
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
        write(ChatTerminal.marksPastes)
    }

    /// Leaves the terminal as it was found.
    deinit {
        write(ChatTerminal.marksNoPastes)
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
        // Also where the terminal was told to pass a line's end on as it is.
        let rows = text.replacing("\n", with: "\r\n") + "\r\n"
        switch mode {
        case .idle: write(rows)
        case .editing:
            clearLine()
            write(rows)
            outcry_el_refresh(editor)
        case .hidden, .confirming:
            clearLine()
            write(rows + prompt)
        }
    }

    /// Puts the cursor where the prompt begins, and clears all from there on.
    func clearLine() {
        let before = mode == .editing ? lineAroundCursor().before : ""
        let rows = ScreenWidth.rowsAbove(prompt + before, columns: ScreenWidth.columns)
        write(rows > 0 ? "\r\u{1B}[\(rows)A\u{1B}[J" : "\r\u{1B}[J")
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

    /// In the terminal's own encoding.
    func write(_ text: String) { Terminal.write(charset.bytes(of: text)) }

    // MARK: Signals

    /// Does what a signal asks of the terminal. False for one that asks nothing of it.
    func take(signal: Int32) -> Bool {
        switch signal {
        case SIGTSTP: suspend()
        case SIGCONT: resume()
        case SIGWINCH: resized()
        default: return false
        }
        return true
    }

    /// Gives the terminal back until the shell brings this program to the front again.
    private func suspend() {
        if mode == .editing { outcry_el_prepare_terminal(editor, 0) }
        silent?.end()
        write(ChatTerminal.marksNoPastes + "\r\n")
        ChatInbox.stop()
        resume()
    }

    /// The shell has had the terminal, and left it as it likes it: also after a SIGSTOP, of which no program hears.
    private func resume() {
        write(ChatTerminal.marksPastes + "\r\u{1B}[K")
        switch mode {
        case .idle: break
        case .editing:
            // It believes that nothing has changed, until it is told to begin again.
            outcry_el_prepare_terminal(editor, 0)
            outcry_el_prepare_terminal(editor, 1)
            el_resize(editor)
            outcry_el_refresh(editor)
        case .hidden, .confirming:
            silent?.begin()
            write(prompt)
        }
    }

    private func resized() {
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
        pasted = nil
        var count: Int32 = 0
        let typed = el_gets(editor, &count)
        mode = .idle
        if let pasted { return .pasted(pasted) }
        guard let typed, count > 0 else {
            write("\r\u{1B}[J")
            return hasEnded || !isInterrupted ? .ended : .interrupted
        }
        var line = String(decoding: UnsafeRawBufferPointer(start: typed, count: Int(count)), as: UTF8.self)
        if line.hasSuffix("\n") { line.removeLast() }
        return .line(line)
    }

    private var isInterrupted = false

    private func readKey(into place: UnsafeMutablePointer<wchar_t>?) -> Int32 {
        while true {
            switch nextKey() {
            case .character(let key)?:
                place?.pointee = wchar_t(key.value)
                return 1
            case .pasted(let text)?:
                let (before, after) = lineAroundCursor()
                let block = PastedText(before + text + after)
                guard block.isBlock else {
                    insert(PastedText(text).lines.first ?? "")
                    continue
                }
                clearLine()
                pasted = block
                return 0
            case .pastedTooMuch?: tellTooMuch()
            case nil: return 0
            }
        }
    }

    func tellTooMuch() {
        tell("what was pasted has more than \(KeyReader.pasteBytesMax) bytes: dropped")
    }

    /// Puts a text where the cursor is, as if it had been typed.
    private func insert(_ text: String) {
        guard !text.isEmpty else { return }
        clearLine()
        if el_insertstr(editor, text) != 0 { tell("the line has no room for what was pasted") }
        outcry_el_refresh(editor)
    }

    /// The next key, or nil where the line is interrupted or no key will ever come.
    func nextKey() -> KeyReader.Key? {
        isInterrupted = false
        while true {
            if let key = keys.next() { return key }
            var waits = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let (patience, due) = (keys.patienceMilliseconds, wait())
            let isPatienceFirst = patience.map { due < 0 || $0 < due } ?? false
            let ready = poll(&waits, 2, isPatienceFirst ? patience ?? 0 : due)
            if ready == 0, isPatienceFirst {
                keys.losePatience()
                continue
            }
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
