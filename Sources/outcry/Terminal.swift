import Accounts
import Glibc

/// A password from the terminal, without echo, or from the first line of standard input.
enum PasswordInput {
    static func read(asking prompt: String, twice: Bool) throws -> Secret {
        guard isatty(STDIN_FILENO) == 1 else {
            guard let line = readLine(strippingNewline: true) else { throw Failure("no password on standard input") }
            return Secret(line)
        }
        let first = try ask(prompt)
        if twice {
            let second = try ask("again: ")
            guard first == second else { throw Failure("the two are not the same; nothing was changed") }
        }
        return first
    }

    private static func ask(_ prompt: String) throws -> Secret {
        var old = termios()
        guard tcgetattr(STDIN_FILENO, &old) == 0 else { throw Failure("the terminal cannot be read") }
        var quiet = old
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
            Terminal.write("\n", to: STDERR_FILENO)
        }
        // Not to standard output, which may be a file.
        Terminal.write(prompt, to: STDERR_FILENO)
        guard let line = readLine(strippingNewline: true) else { throw Failure("no password was typed") }
        return Secret(line)
    }
}

/// Writes at once: what a program says before it goes on must not wait in a buffer.
enum Terminal {
    static func write(_ text: String, to descriptor: Int32 = STDOUT_FILENO) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
