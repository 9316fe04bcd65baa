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
            write("\n")
        }
        write(prompt)
        guard let line = readLine(strippingNewline: true) else { throw Failure("no password was typed") }
        return Secret(line)
    }

    /// To the terminal and not to standard output, which may be a file.
    private static func write(_ text: String) {
        _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}
