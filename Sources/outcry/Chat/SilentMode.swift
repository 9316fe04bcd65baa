import Glibc

/// The settings of the terminal on standard input as they were found, and those under which nothing is shown that is typed.
struct SilentMode {
    private let usual: termios
    private let silent: termios

    /// By key, or by line where `keepsLines` is true. nil where standard input is no terminal.
    init?(keepsLines: Bool = false) {
        var found = termios()
        guard tcgetattr(STDIN_FILENO, &found) == 0 else { return nil }
        usual = found
        found.c_lflag &= ~tcflag_t(keepsLines ? ECHO | ECHONL : ECHO | ECHONL | ICANON)
        silent = found
    }

    /// From now on nothing is shown; also again, after the shell has had the terminal. Keys that were typed before, and
    /// shown, are thrown away where `isFirst` is true.
    func begin(isFirst: Bool = false) { SilentMode.set(silent, isFirst ? TCSAFLUSH : TCSADRAIN) }

    /// As it was found.
    func end() { SilentMode.set(usual, TCSADRAIN) }

    /// In the background the system stops the program here until it is brought to the front.
    private static func set(_ settings: termios, _ when: Int32) {
        var settings = settings
        while tcsetattr(STDIN_FILENO, when, &settings) != 0, errno == EINTR {}
    }
}
