import ArgumentParser
import ChatServer
import Foundation

/// `outcry chat`: the terminal client.
struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to a server from this terminal.",
        discussion: """
            Lines are edited, remembered and completed with Tab. After a lost connection the client connects again, \
            shows what was missed, and asks unanswered orders again by their tags, so that none is done twice. Lines \
            typed without a connection are refused, not kept for later.

            Where standard input is no terminal each line is sent when the one before is answered. The exit status is \
            then 1 where a line was refused or not answered, and 2 where the server could not be reached or refused \
            the login.
            """)

    /// Where a server listens unless told otherwise.
    static let addressDefault = "ws://127.0.0.1:7015"

    @Argument(help: "Where the server is: ws://HOST[:PORT] or wss://...")
    var url = ChatCommand.addressDefault

    @Option(help: "Log in with this name; the password is asked for without echo.")
    var user: String?

    @Option(help: ArgumentHelp("The password is the first line of this file.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("Log in with the token in the first line of this file.", valueName: "file"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Trust the certificates in this PEM file too.", valueName: "file"))
    var trust: String?

    @Flag(name: .customLong("no-color"), help: "No colours. NO_COLOR in the environment does the same.")
    var hasNoColor = false

    @Flag(name: .customLong("no-history"), help: "Neither read nor write the file of lines typed before.")
    var hasNoHistory = false

    func validate() throws {
        if WebSocketAddress(url) == nil { throw ValidationError("\(url) is no ws:// or wss:// address") }
        if user != nil, tokenFile != nil { throw ValidationError("--user or --token-file, not both") }
        if passwordFile != nil, user == nil { throw ValidationError("--password-file needs --user") }
        if let user, user.isEmpty || user.contains(where: { $0.isWhitespace }) {
            throw ValidationError("a user's name has no spaces")
        }
    }

    func run() throws {
        guard let address = WebSocketAddress(url) else { throw ValidationError("\(url) is no address") }
        guard let inbox = ChatInbox() else { throw ValidationError("the system has no descriptors left") }
        let environment = ProcessInfo.processInfo.environment
        // Without both ends of a terminal, or on one that cannot move its cursor, lines are not edited.
        let hasTerminal =
            isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
            && !["", "dumb"].contains(environment["TERM"] ?? "")
        let history =
            hasNoHistory || !hasTerminal
            ? nil
            : HistoryFile.standardPath(environment: environment)
                .map { HistoryFile(path: $0) }
        signal(SIGPIPE, SIG_IGN)
        inbox.catchSignals([SIGTERM, SIGHUP, SIGINT] + (hasTerminal ? [SIGWINCH, SIGTSTP] : []))
        let terminal = hasTerminal ? ChatTerminal(inbox: inbox, history: history?.load() ?? []) : nil

        var connection = WebSocketClient.Options(address: address, subprotocol: ChatSession.subprotocol)
        connection.trustedCertificates = trust
        var options = ChatSession.Options(isScript: terminal == nil)
        if let tokenFile {
            connection.bearerToken = try ChatCommand.firstLine(of: tokenFile)
            options.credentials = .token
        } else if let user {
            options.credentials = .password(user: user, password: try password(of: user, terminal))
        }
        let tags = LineTags(seconds: UInt64(max(0, time(nil))), chance: UInt32.random(in: 0...UInt32.max))
        let loop = ChatLoop(
            session: ChatSession(options, tags: tags) { Int64.random(in: $0) }, connection: connection, inbox: inbox,
            colours: ChatColours(
                isOn: ChatColours.areWanted(
                    environment: environment, isTerminal: isatty(STDOUT_FILENO) == 1, isRefused: hasNoColor)),
            history: history)
        let status = terminal.map { loop.run(on: $0) } ?? loop.runScript()
        // The terminal is put right when the last reference to it goes.
        if status != 0 { throw ExitCode(status) }
    }

    private func password(of user: String, _ terminal: ChatTerminal?) throws -> String {
        if let passwordFile { return try ChatCommand.firstLine(of: passwordFile) }
        guard let terminal else {
            throw ValidationError("without a terminal --user needs --password-file")
        }
        terminal.onWake = { !ChatInbox.takeSignals().isEmpty }
        guard case .line(let password) = terminal.readHidden(prompt: "password for \(user): "), !password.isEmpty else {
            throw ExitCode(ChatSession.ExitStatus.unreachable.rawValue)
        }
        return password
    }

    private static func firstLine(of path: String) throws -> String {
        // Through a handle: the file may be a pipe that a shell has made.
        guard let bytes = try? FileHandle(forReadingAtPath: path)?.readToEnd(),
            let text = String(data: bytes, encoding: .utf8)
        else { throw ValidationError("cannot read \(path)") }
        let line = text.prefix { !$0.isNewline }
        guard !line.isEmpty else { throw ValidationError("\(path) begins with an empty line") }
        return String(line)
    }
}
