import ChatServer
import Conversation
import Foundation
import FuzzTargets
import Testing

/// Bytes that no client would send, thrown at a real server over the loopback: mutations of `Fuzz/Corpus`.
@Suite struct `Mutated bytes on a socket` {
    /// Of frames, and of requests.
    private static let inputs = 300

    private static func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try FuzzCorpus(folder: package.appending(path: "Fuzz/Corpus/\(target.rawValue)")).inputs.map(\.bytes)
    }

    /// Throws each input at a server from a connection of its own; then another client, the same all along, is answered.
    private func throwing(_ target: FuzzTarget, _ check: (_ input: [UInt8], _ port: UInt16) throws -> Void) throws {
        let seed = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 1
        print("mutated \(target.rawValue): OUTCRY_SEED=\(seed)")
        var mutation = FuzzMutation(seed: seed, corpus: try Self.corpus(target))
        let port = try ConformanceServer.port()
        let witness = try RawWebSocket.open(port: port)
        for number in 1...Self.inputs {
            let input = mutation.next()
            do { try check(input, port) } catch { Issue.record("OUTCRY_SEED=\(seed): \(error)\n\(input)") }
            try witness.send("still there? \(number)")
            #expect(try witness.text() == "= still there? \(number)", "OUTCRY_SEED=\(seed)\n\(input)")
        }
    }

    /// How a session with these frames ends; nil where it does not.
    private func ending(_ input: [UInt8]) -> ProtocolCase.CloseFrameThatComes? {
        var reader = FrameReader(messageBytesMax: ConformanceServer.messageBytes)
        var rest = input[...]
        do throws(FrameViolation) {
            while let found = try reader.next(in: &rest) {
                if case .close(let frame) = found { return frame.code.map { .code(Int($0)) } ?? .empty }
            }
        } catch {
            return .code(Int(error.code))
        }
        return nil
    }

    @Test func `frames end their own session, with the code that is due, and no other`() throws {
        try throwing(.frames) { input, port in
            let client = try RawWebSocket.open(port: port)
            // The server may have hung up before the last piece.
            for piece in pieces(of: 1 + input.count / 4, input) { try? client.send(bytes: piece) }
            guard let ending = ending(input) else { return }
            let last = try lastFrame(to: client)
            switch ending {
            case .empty: #expect(last == .init(opcode: 8, payload: []), "\(input)")
            case .code(let code): #expect(last?.opcode == 8 && last?.code == code, "\(input)")
            }
        }
    }

    private func lastFrame(to client: RawWebSocket) throws -> RawWebSocket.Frame? {
        while let frame = try client.receive() { if frame.opcode == 8 { return frame } }
        return nil
    }

    @Test func `a request is answered, or refused as its head deserves, and no other session is ended`() throws {
        let end: [UInt8] = [13, 10, 13, 10]
        try throwing(.requestHead) { input, port in
            let request = input + end
            let client = try RawWebSocket(port: port)
            for piece in pieces(of: 1 + request.count / 4, request) { try? client.send(bytes: piece) }
            try client.readResponse()
            do throws(RequestHead.Malformed) {
                _ = try RequestHead(request[..<(request.firstRange(of: end)?.lowerBound ?? 0)])
                #expect(
                    [101, 200, 400, 403, 404, 405, 421, 426].contains(client.status), "\(client.response)\n\(input)")
            } catch {
                #expect(client.status == error.status, "\(client.response)\n\(input)")
            }
        }
    }
}
