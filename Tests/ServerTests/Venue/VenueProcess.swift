import ExactJSON
import Foundation
import Glibc
import Trading

@testable import Venue

/// `outcry venue` in a folder of its own, with a client that signs. All of it goes with the value.
final class VenueProcess {
    let folder: URL
    private(set) var run: ProgramRun?
    private(set) var port: UInt16 = 0
    private(set) var controlPort: UInt16 = 0
    private var client: RawSocket?
    private var operatorClient: RawSocket?
    /// The last nonce that was sent.
    private(set) var nonce: UInt64 = 0
    /// Who trades there, as it is typed.
    var accounts = ["--account", "ann:secret of ann", "--funds", "100000 usd, 100 btc"]

    /// How often ports that it had are asked for again: somebody else may hold one for a moment.
    private static let portTriesMax = 50

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("outcry-venue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        run?.send(signal: SIGKILL)
        _ = try? run?.ending()
        try? FileManager.default.removeItem(at: folder)
    }

    var booksPath: String { folder.appendingPathComponent("books").path }

    /// Starts it on free ports, and waits until it listens.
    func start(_ options: [String] = []) throws { try start(listen: 0, control: 0, options) }

    /// Starts it on the ports that it had, where its clients look for it.
    func startAgain(_ options: [String] = []) throws {
        for _ in 1..<VenueProcess.portTriesMax {
            do {
                return try start(listen: port, control: controlPort, options)
            } catch {
                guard let run, try run.ending() == .exit(1), run.logged.contains("in use") else { throw error }
                usleep(100_000)
            }
        }
        try start(listen: port, control: controlPort, options)
    }

    private func start(listen: UInt16, control: UInt16, _ options: [String]) throws {
        let arguments = ["venue", "--listen", "127.0.0.1:\(listen)", "--control", "127.0.0.1:\(control)"] + accounts
        let run = try ProgramRun(arguments + options, in: folder)
        self.run = run
        func port(_ line: String) throws -> UInt16 {
            guard let digits = line.split(separator: ":").last, let port = UInt16(digits) else {
                throw Unexpected("no port in \(line)")
            }
            return port
        }
        self.port = try port(try run.saidLine(with: "listening on http://127.0.0.1:"))
        controlPort = try port(try run.saidLine(with: "control on http://127.0.0.1:"))
        client = nil
        operatorClient = nil
    }

    @discardableResult
    func stop(_ signal: Int32) throws -> ProgramRun.Ending {
        guard let run else { throw Unexpected("no venue runs") }
        run.send(signal: signal)
        defer { self.run = nil }
        return try run.ending()
    }

    /// A private call over a connection that is kept; throws where no answer comes.
    func call(_ method: String, _ fields: String = "") throws -> ExchangeJSON {
        nonce += 1
        let body = "method=\(method)&nonce=\(nonce)" + (fields.isEmpty ? "" : "&\(fields)")
        let headers = [
            "Key: ann", "Sign: \(RequestSignature.of(Array(body.utf8), secret: Array("secret of ann".utf8)))",
            "Content-Type: application/x-www-form-urlencoded", "Content-Length: \(body.utf8.count)",
        ]
        let socket = try client ?? RawSocket(port: port)
        client = socket
        do {
            let answer = try socket.request("/tapi", headers, method: "POST", body: body)
            return try ExchangeJSONReader.read(Array(answer.body.utf8))
        } catch {
            client = nil
            throw Unexpected("no answer to \(method): \(error)")
        }
    }

    func control(_ path: String, _ body: String? = nil) throws -> ExchangeJSON {
        try ExchangeJSONReader.read(Array(try controlText(path, body).utf8))
    }

    /// The answer of the operator's port as it came.
    func controlText(_ path: String, _ body: String? = nil) throws -> String {
        let socket = try operatorClient ?? RawSocket(port: controlPort)
        operatorClient = socket
        return try socket.request(
            path, ["Content-Type: application/json", "Content-Length: \((body ?? "").utf8.count)"],
            method: body == nil ? "GET" : "POST", body: body ?? ""
        ).body
    }
}

extension ExchangeJSON {
    subscript(_ name: String) -> ExchangeJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var elements: [ExchangeJSON] { if case .array(let values) = self { values } else { [] } }

    var names: [String] { if case .object(let members) = self { members.map(\.name) } else { [] } }

    /// A number or a text as it is written.
    var written: String? {
        switch self {
        case .number(let number): number.text
        case .string(let text): text
        default: nil
        }
    }
}
