import Foundation
import Glibc

/// A database in a folder of its own, the server on it, and its people. All of it goes with the value.
final class DeskUnderTest {
    let folder: URL
    private(set) var server: ProgramRun?
    private(set) var port: UInt16 = 0
    /// All that servers have logged here, the running one left out.
    private(set) var oldLogs = ""

    /// Limits under which no test is told that it types too fast.
    static let unhurried = ["line_burst", "line_rate", "urgent_burst", "urgent_rate"].flatMap {
        ["--limit", "\($0)=1000000"]
    }

    static let password = "open pit, 1848 bids"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        server?.send(signal: SIGKILL)
        _ = try? server?.ending()
        try? FileManager.default.removeItem(at: folder)
    }

    var database: String { folder.appendingPathComponent("desk.db").path }
    var log: String { oldLogs + (server?.logged ?? "") }

    /// Starts the server on any free port, and waits until it listens.
    func start(_ options: [String] = DeskUnderTest.unhurried, before shell: String? = nil) throws {
        let run = try launch(options, before: shell)
        let line = try run.logLine(with: " listens on ws://127.0.0.1:")
        guard let digits = line.split(separator: "127.0.0.1:").last?.prefix(while: \.isNumber),
            let number = UInt16(digits), number > 0
        else { throw Unexpected("no port in \(line)") }
        port = number
    }

    /// Starts the server, and waits for nothing.
    @discardableResult
    func launch(_ options: [String], before shell: String? = nil) throws -> ProgramRun {
        let run = try ProgramRun(
            ["serve", "--database", database, "--listen", "127.0.0.1:0"] + options, in: folder, before: shell)
        server = run
        return run
    }

    /// Ends the server with a signal, and waits for its end.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM, within seconds: Int = patienceSeconds) throws -> ProgramRun.Ending {
        guard let run = server else { throw Unexpected("no server runs") }
        run.send(signal: signal)
        let ending = try run.ending(within: seconds)
        oldLogs += run.logged
        server = nil
        return ending
    }

    /// Runs the program where it is expected to refuse, and gives back how it ended and what it said on standard error.
    func refusal(of arguments: [String]) throws -> (ending: ProgramRun.Ending, error: String) {
        let run = try ProgramRun(arguments, input: DeskUnderTest.password + "\n", in: folder)
        let ending = try run.ending()
        return (ending, run.logged)
    }

    /// Runs `outcry user ...` and gives back what it printed.
    @discardableResult
    func user(_ arguments: [String], password: String = "") throws -> String {
        let run = try ProgramRun(["user"] + arguments + ["--database", database], input: password + "\n", in: folder)
        guard try run.ending() == .exit(0) else { throw Unexpected("user \(arguments): \(run.logged)") }
        return run.said
    }

    func add(_ name: String, role: String = "trader", funds: String = "", password: String = password) throws {
        try user(["add", name, "--role", role] + (funds.isEmpty ? [] : ["--funds", funds]), password: password)
    }

    /// A session that nobody is logged in to.
    func connect(_ format: Trader.Format = .json, token: String? = nil) throws -> Trader {
        try Trader(port: port, format: format, token: token)
    }

    /// A session that somebody is logged in to.
    func logIn(_ name: String, _ format: Trader.Format = .json, password: String = password) throws -> Trader {
        let trader = try connect(format)
        let reply = try trader.ask("login \(name) \(password)")
        guard reply.text.hasPrefix("+ hello \(name)") else { throw Unexpected("login of \(name): \(reply.text)") }
        return trader
    }

    /// A session of somebody who has a token, without a password check.
    func token(of trader: Trader, named name: String = "test") throws -> String {
        guard let secret = try trader.ask("token new \(name) trade").token?.secret else {
            throw Unexpected("no token for \(name)")
        }
        return secret
    }
}
