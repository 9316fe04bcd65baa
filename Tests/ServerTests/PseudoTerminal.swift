import Conversation
import Foundation
import Glibc
import Threads

/// A terminal with somebody at its keys: a pseudo-terminal, a shell with job control on it, and what the screen was sent.
final class PseudoTerminal {
    private struct Screen: Sendable {
        var bytes: [UInt8] = []
        var isOver = false
    }

    private let keys: Int32
    private let shell = Process()
    private let screen = Monitor(Screen())
    /// Bytes of the screen that `wait` has passed.
    private var seen = 0

    /// Starts an interactive shell with `$outcry` set to the program, in a window of that many columns.
    init(columns: UInt16 = 100, environment: [String: String] = [:], in folder: URL) throws {
        var ends: (keys: Int32, program: Int32) = (-1, -1)
        guard openpty(&ends.keys, &ends.program, nil, nil, nil) == 0 else {
            throw Unexpected("the system has no pseudo-terminal: \(errno)")
        }
        keys = ends.keys
        _ = fcntl(keys, F_SETFD, FD_CLOEXEC)
        let terminal = FileHandle(fileDescriptor: ends.program, closeOnDealloc: true)
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        shell.arguments = ["--ctty", "--wait", "/bin/bash", "--norc", "--noprofile", "--noediting", "-i"]
        shell.environment = [
            "HOME": folder.path, "PATH": "/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8", "PS1": "shell$ ",
            "outcry": try Program.path(),
        ].merging(environment) { $1 }
        shell.standardInput = terminal
        shell.standardOutput = terminal
        shell.standardError = terminal
        resize(columns: columns)
        try shell.run()
        try terminal.close()
        let (keys, screen) = (keys, screen)
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = read(keys, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                screen.withLock { $0.bytes += buffer[..<count] }
            }
            // Here alone: a number that is free again while it is read from would be another test's.
            close(keys)
            screen.withLock { $0.isOver = true }
        }
        try wait(for: "shell$ ")
    }

    /// Ends who is in front and the shell; the system hangs up on the rest.
    deinit {
        let (front, shell) = (tcgetpgrp(keys), tcgetsid(keys))
        if front > 1 { kill(-front, SIGKILL) }
        if shell > 1 { kill(shell, SIGKILL) }
    }

    /// All that the screen was ever sent.
    var shown: String { screen.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Whether the terminal itself shows what is typed.
    var echoes: Bool {
        var settings = termios()
        return tcgetattr(keys, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }

    func type(_ text: String) throws { try type(Array(text.utf8)) }

    func type(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(keys, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Unexpected("the terminal takes no keys: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Starts the program on the terminal, and gives back its process.
    func start(_ arguments: String) throws -> pid_t {
        try type("sh -c 'echo process=$$.; exec $outcry \(arguments)'\r")
        // Not the line itself, as the shell shows it.
        let shown = try wait(for: #/process=([0-9]+)\./#)
        guard let digits = shown.firstMatch(of: #/process=([0-9]+)\./#)?.1, let number = pid_t(digits) else {
            throw Unexpected("no process in \(shown)")
        }
        return number
    }

    /// Waits for a text behind the one that was waited for last, and gives back what came up to its end.
    @discardableResult
    func wait(for words: String) throws -> String { try wait(for: Regex<Substring>(verbatim: words), words) }

    @discardableResult
    func wait(for pattern: some RegexComponent) throws -> String { try wait(for: pattern, "\(pattern)") }

    private func wait(for pattern: some RegexComponent, _ words: String) throws -> String {
        let start = seen
        let found: String?? = screen.wait(seconds: patienceSeconds) { screen -> String?? in
            // Byte for byte, so that the place of a match is its place on the screen also where that is not UTF-8.
            let bytes = screen.bytes[start...]
            let text =
                String(validating: bytes, as: UTF8.self)
                ?? String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self)
            if let match = text.firstMatch(of: pattern) { return String(text[..<match.range.upperBound]) }
            return screen.isOver ? .some(nil) : nil
        }
        guard let text = found ?? nil else { throw Unexpected("no \(words) on the screen:\n\(shown.debugDescription)") }
        seen += text.utf8.count
        return text
    }

    func resize(columns: UInt16) {
        var size = winsize()
        size.ws_row = 40
        size.ws_col = columns
        _ = ioctl(keys, UInt(TIOCSWINSZ), &size)
    }
}
