import Accounts
import CEditline
import Glibc
import Secrets
import Synchronization

/// A password from the terminal, without echo, or from the first line of standard input.
enum PasswordInput {
    static func read(asking prompt: String, twice: Bool) throws -> Secret {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(strippingNewline: true) else { throw Failure("no password on standard input") }
            return Secret(line)
        }
        guard let inbox = ChatInbox() else { throw Failure("the system has no descriptors left") }
        let signals = HiddenPrompt.endings + [SIGTSTP, SIGCONT, SIGWINCH]
        inbox.catchSignals(signals)
        defer { ChatInbox.releaseSignals(signals) }
        guard var hidden = HiddenPrompt(inbox: inbox) else { throw Failure("the terminal cannot be read") }
        defer { hidden.end() }
        let first = try ask(prompt, &hidden)
        if twice {
            let second = try ask("again: ", &hidden)
            guard first == second else { throw Failure("the two are not the same; nothing was changed") }
        }
        return Secret(first)
    }

    private static func ask(_ prompt: String, _ hidden: inout HiddenPrompt) throws -> String {
        switch hidden.ask(prompt) {
        case .line(let line):
            guard !line.unicodeScalars.contains("\u{FFFD}") else {
                throw Failure("the password has bytes that are no text in this terminal's encoding: see LANG")
            }
            return line
        case .ended: throw Failure("no password was typed")
        case .signal(let number):
            // As if nobody had caught it, but for the terminal, which shows again what is typed.
            hidden.end()
            ChatInbox.releaseSignals([number])
            raise(number)
            throw Failure("no password was typed")
        }
    }
}

/// Writes at once: what a program says before it goes on must not wait in a buffer.
enum Terminal {
    /// The exit status of a program that could not write what it had to say: EX_IOERR of sysexits(3).
    static let unwritableStatus: Int32 = 74

    /// The system's number for why standard output took no more; 0 while it takes all.
    private static let failed = Atomic<Int32>(0)

    /// Whether something that was to be written to standard output was not.
    static var hasFailed: Bool { failed.load(ordering: .relaxed) != 0 }

    /// Writes all of a text. False where it could not; for standard output the program then ends with `unwritableStatus`.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        write(Array(text.utf8), to: descriptor)
    }

    @discardableResult
    static func write(_ text: [UInt8], to descriptor: Int32 = STDOUT_FILENO) -> Bool {
        var bytes = text[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno == EAGAIN {
                // Somebody who has the same terminal or pipe has told it not to wait.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            } else if errno != EINTR {
                if descriptor == STDOUT_FILENO { failed.store(errno, ordering: .relaxed) }
                return false
            }
        }
        return true
    }

    /// Before anything is opened. Whatever was opened under the number of a closed standard output would be written to, a
    /// database too: so something that cannot be written to takes its place. At the end all that was printed must have
    /// been taken, or the program says so and ends with `unwritableStatus`.
    static func begin() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
        atexit { Terminal.end() }
    }

    private static func end() {
        errno = 0
        let isPrinted = outcry_print_all() == 0
        let number = failed.load(ordering: .relaxed)
        if isPrinted, number == 0 { return }
        let reason = String(cString: strerror(number != 0 ? number : errno))
        write("Error: standard output took no more: \(reason)\n", to: STDERR_FILENO)
        _exit(unwritableStatus)
    }
}
