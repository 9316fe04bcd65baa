import ArgumentParser
import ChatServer
import Conversation
import Foundation

/// `outcry chat`: the terminal client.
struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to a server from this terminal.",
        discussion: """
            Lines are edited, remembered and completed with Tab. Several lines that are pasted at once are shown, and \
            sent one by one after Enter. After a lost connection the client connects again, shows what was missed, and \
            asks unanswered orders again by their tags, so that none is done twice. Lines typed without a connection \
            are refused, not kept for later.

            Where standard input is no terminal each line is sent when the one before is answered. The exit status is \
            then 1 where a line was refused or not answered, and 2 where the server could not be reached or refused \
            the login. It is 74 where standard output takes no more.
            """)

    /// Where a server listens unless told otherwise.
    static let addressDefault = "ws://127.0.0.1:7015"

    /// What `--proxy` is given to go by the environment.
    static let environmentProxy = "environment"

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

    @Option(
        help: ArgumentHelp(
            """
            Connect through this HTTP proxy; "environment" takes the one that http_proxy, https_proxy, all_proxy and \
            no_proxy name. Without this the connection is direct.
            """, valueName: "url"))
    var proxy: String?

    @Flag(name: .customLong("no-color"), help: "No colours. NO_COLOR in the environment does the same.")
    var hasNoColor = false

    @Flag(name: .customLong("no-history"), help: "Neither read nor write the file of lines typed before.")
    var hasNoHistory = false

    func validate() throws {
        if WebSocketAddress(url) == nil { throw ValidationError("\(url.withoutSecrets) is no ws:// or wss:// address") }
        if user != nil, tokenFile != nil { throw ValidationError("--user or --token-file, not both") }
        if passwordFile != nil, user == nil { throw ValidationError("--password-file needs --user") }
        if let user, user.isEmpty || user.contains(where: { $0.isWhitespace }) {
            throw ValidationError("a user's name has no spaces")
        }
        if let proxy, proxy != ChatCommand.environmentProxy {
            do throws(ProxyChoice.Fault) { _ = try ProxyChoice(proxy) } catch {
                throw ValidationError("--proxy \(proxy.withoutSecrets): \(error.message)")
            }
        }
    }

    func run() throws {
        guard let address = WebSocketAddress(url) else { throw ValidationError("\(url.withoutSecrets) is no address") }
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
        // Where keys come from a terminal it must be left as it was found, and be made silent again after a stop.
        let isTyped = isatty(STDIN_FILENO) == 1
        inbox.catchSignals(
            [SIGTERM, SIGHUP, SIGINT, SIGQUIT] + (isTyped ? [SIGTSTP, SIGCONT] : []) + (hasTerminal ? [SIGWINCH] : []))
        let terminal = hasTerminal ? ChatTerminal(inbox: inbox, history: history?.load() ?? []) : nil

        var connection = WebSocketClient.Options(address: address, subprotocol: ChatSession.subprotocol)
        if let trust { try ChatCommand.checkCertificates(in: trust) }
        connection.trustedCertificates = trust
        connection.proxy = try ChatCommand.proxy(proxy, for: address, environment)
        var options = ChatSession.Options(isScript: terminal == nil)
        if let tokenFile {
            connection.bearerToken = try ChatCommand.firstLine(of: tokenFile)
            options.credentials = .token
        } else if let user {
            options.credentials = .password(user: user, password: try password(of: user, terminal, inbox))
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

    private func password(of user: String, _ terminal: ChatTerminal?, _ inbox: ChatInbox) throws -> String {
        if let passwordFile { return try ChatCommand.firstLine(of: passwordFile) }
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("without a terminal --user needs --password-file")
        }
        var ending: Int32?
        let input: ChatTerminal.Input
        if let terminal {
            terminal.tell = { Terminal.write("-- \($0)\r\n", to: STDERR_FILENO) }
            terminal.onWake = { [unowned terminal] in
                inbox.drain()
                for number in ChatInbox.takeSignals() where !terminal.take(signal: number) { ending = number }
                return ending != nil
            }
            input = terminal.readHidden(prompt: "password for \(user): ")
        } else {
            // The answers go elsewhere, or cannot be edited: the question and the keys are still the terminal's.
            guard var hidden = HiddenPrompt(inbox: inbox) else { throw Failure("the terminal cannot be read") }
            defer { hidden.end() }
            switch hidden.ask("password for \(user): ") {
            case .line(let line): input = .line(line)
            case .ended: input = .ended
            case .signal(let number):
                ending = number
                input = .interrupted
            }
        }
        if let ending {
            Terminal.write("-- no password was typed: not logged in\n", to: STDERR_FILENO)
            throw ExitCode(128 + ending)
        }
        guard case .line(let password) = input, !password.isEmpty, !password.unicodeScalars.contains("\u{FFFD}") else {
            Terminal.write("-- no password was typed: not logged in\n", to: STDERR_FILENO)
            throw ExitCode(ChatSession.ExitStatus.unreachable.rawValue)
        }
        return password
    }

    /// The proxy that is asked for, told where the environment names it.
    private static func proxy(
        _ wanted: String?, for address: WebSocketAddress, _ environment: [String: String]
    ) throws -> ProxyChoice? {
        guard let wanted else { return nil }
        do throws(ProxyChoice.Fault) {
            guard wanted == environmentProxy else { return try ProxyChoice(wanted) }
            return try ProxyChoice.inEnvironment(environment, for: address)
        } catch {
            throw ValidationError("--proxy \(wanted.withoutSecrets): \(error.message)")
        }
    }

    /// The library passes over a file that it cannot use, and then trusts nobody.
    private static func checkCertificates(in path: String) throws {
        guard let bytes = try? FileHandle(forReadingAtPath: path)?.readToEnd() else {
            throw ValidationError("--trust: cannot read \(path)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard ["-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----"].contains(where: text.contains)
        else {
            throw ValidationError("--trust: \(path) has no certificate in PEM: -----BEGIN CERTIFICATE-----")
        }
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
