import Foundation
import Synchronization
import Testing

@testable import BtceExchange

@Suite(.timeLimit(.minutes(2))) struct `HTTP requests` {
    @Test func `an answer is a plain value, with the headers that were wanted`() async throws {
        let server = try ScriptedServer { _ in
            [.answer("hello", status: "418 Teapot", headers: "X-One:  1 \r\nX-Two: 2\r\n")]
        }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        let response = try await client.answer(
            to: HTTPRequest(.get, url: server.url, wantedHeaders: ["x-one"], delivery: .mayRepeat)
        ).get()
        #expect(response == HTTPResponse(status: 418, headers: [HTTPHeader("x-one", "1")], body: Array("hello".utf8)))
    }

    @Test func `a form is sent byte for byte with its headers, and a proxy of the environment is not used`()
        async throws
    {
        let server = try ScriptedServer { _ in [.answer("{}")] }
        defer { server.stop() }
        // Not http_proxy: libwebsockets reads that one, and tests of its clients run at the same time in this process.
        setenv("all_proxy", "http://127.0.0.1:1", 1)
        defer { unsetenv("all_proxy") }
        let client = try HTTPClient(.patient)
        let body = Array("method=Trade&nonce=1&rate=0.1".utf8) + [0, 255]
        _ = try await client.answer(
            to: HTTPRequest(
                .post(body: body), url: server.url + "tapi",
                headers: [HTTPHeader("Key", "K"), HTTPHeader("Sign", "abc")],
                delivery: .onceAtMost)
        ).get()
        let seen = try #require(server.seen.first)
        let lines = seen.head.split(separator: "\r\n")
        #expect(seen.body == body)
        #expect(lines.first == "POST /tapi HTTP/1.1")
        #expect(lines.contains("Key: K") && lines.contains("Sign: abc") && !seen.head.contains("Expect"))
    }

    @Test func `connections are kept and used again`() async throws {
        let server = try ScriptedServer { _ in [.answer("x")] }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        var reused: [Bool] = []
        for _ in 0..<5 { reused.append(try await client.answer(to: .get(server.url)).get().reusedConnection) }
        #expect(reused == [false, true, true, true, true])
        #expect(server.connections == 1)
    }

    @Test func `many requests from many threads are each answered with their own answer`() async throws {
        let server = try ScriptedServer { seen in [.answer(String(decoding: seen.body, as: UTF8.self))] }
        defer { server.stop() }
        let client = try HTTPClient(.patient)
        let wrong = await withTaskGroup(of: String?.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let body = Array("request \(number)".utf8)
                    let request = HTTPRequest(.post(body: body), url: server.url, delivery: .onceAtMost)
                    switch await client.answer(to: request) {
                    case .success(let response) where response.body == body: return nil
                    case let other: return "\(number): \(other)"
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect(wrong == [])
        #expect(server.seen.count == 200)
    }

    @Test func `a redirect is an answer, and not followed`() async throws {
        let server = try ScriptedServer { _ in [.answer("", status: "302 Found", headers: "Location: /other\r\n")] }
        defer { server.stop() }
        let response = try await HTTPClient(.patient).answer(to: .get(server.url)).get()
        #expect(response.status == 302)
        #expect(server.seen.count == 1)
    }

    @Test func `chunks are put together`() async throws {
        let server = try ScriptedServer { _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), .send("2\r\nde\r\n0\r\n\r\n")]
        }
        defer { server.stop() }
        #expect(try await HTTPClient(.patient).answer(to: .get(server.url)).get().body == Array("abcde".utf8))
    }

    @Test(arguments: Misfortune.all)
    func `a misfortune has a cause, and the request may have arrived`(misfortune: Misfortune) async throws {
        let server = try ScriptedServer { _ in misfortune.steps }
        defer { server.stop() }
        var settings = HTTPSettings()
        settings.limits.responseBytesMax = 100_000
        settings.limits.requestMillisecondsMax = misfortune.cause == .timedOut ? 300 : 60_000
        let failure = try await HTTPClient(settings).failure(of: .post(server.url))
        #expect(failure?.cause == misfortune.cause, "\(String(describing: failure))")
        #expect(failure?.arrival == .mayHaveArrived)
        #expect(server.seen.count == 1)
    }

    @Test func `what never had a connection was never sent`() async throws {
        let (socket, port) = try ScriptedServer.listen()
        close(socket)
        var settings = HTTPSettings()
        settings.limits.connectMillisecondsMax = 30_000
        settings.limits.requestMillisecondsMax = 30_000
        let client = try HTTPClient(settings)
        let refused = await client.failure(of: .post("http://127.0.0.1:\(port)/"))
        #expect(refused?.cause == .couldNotConnect)
        #expect(refused?.arrival == .neverSent)
        let unresolved = await client.failure(of: .post("http://exchange.invalid/"))
        #expect(unresolved?.arrival == .neverSent)
        for url in ["file:///etc/passwd", "http://", "nonsense"] {
            let failure = await client.failure(of: .post(url))
            #expect(failure?.arrival == .neverSent, "\(url): \(String(describing: failure))")
        }
    }

    /// The TCP connection stands, TLS never answers: no byte of the request was written.
    @Test func `a time-out before the request was written is no arrival`() async throws {
        let server = try ScriptedServer(speaksFirst: [.hold]) { _ in [] }
        defer { server.stop() }
        var settings = HTTPSettings()
        settings.limits.connectMillisecondsMax = 200
        let failure = try await HTTPClient(settings).failure(of: .post("https://127.0.0.1:\(server.port)/"))
        #expect(failure?.cause == .timedOut)
        #expect(failure?.arrival == .neverSent)
    }

    @Test func `headers cannot be smuggled in`() async throws {
        let client = try HTTPClient(.patient)
        for header in [HTTPHeader("Key", "a\r\nSign: b"), HTTPHeader("Key: a\r\nSign", "b"), HTTPHeader("", "b")] {
            var request = HTTPRequest.post("http://127.0.0.1:1/")
            request.headers = [header]
            let failure = await client.failure(of: request)
            #expect(failure == HTTPFailure(.badRequest, .neverSent, message: failure?.message ?? ""))
        }
    }
}

/// Something that goes wrong after a request was read.
struct Misfortune: Sendable, CustomTestStringConvertible {
    let what: String
    let steps: [ScriptedServer.Step]
    let cause: HTTPFailure.Cause

    var testDescription: String { what }

    static let all = [
        Misfortune(what: "silence", steps: [.hold], cause: .timedOut),
        Misfortune(what: "half a header", steps: [.send("HTTP/1.1 200 OK\r\nConte"), .hold], cause: .timedOut),
        Misfortune(what: "closed without a byte", steps: [.close], cause: .connectionLost),
        Misfortune(
            what: "cut in the body", steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .close],
            cause: .connectionLost),
        Misfortune(
            what: "cut in a chunk",
            steps: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"), .close],
            cause: .connectionLost),
        Misfortune(
            what: "more than announced to be allowed",
            steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), .sendForever("abcdefgh")],
            cause: .responseTooLarge),
        Misfortune(
            what: "chunks without end",
            steps: [
                .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .sendForever("8\r\nabcdefgh\r\n"),
            ], cause: .responseTooLarge),
        Misfortune(
            what: "headers without end", steps: [.send("HTTP/1.1 200 OK\r\n"), .sendForever("X-Header: abcdefgh\r\n")],
            cause: .responseTooLarge),
        Misfortune(what: "garbage", steps: [.send("SSH-2.0-OpenSSH_9.2\r\n"), .close], cause: .notHTTP),
        Misfortune(
            what: "a chunk's size that is none",
            steps: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"), .close],
            cause: .connectionLost),
    ]
}

extension HTTPClient {
    func answer(to request: HTTPRequest) async -> HTTPOutcome {
        // A second answer would stop the test program.
        await withCheckedContinuation { waiting in send(request) { waiting.resume(returning: $0) } }
    }

    func failure(of request: HTTPRequest) async -> HTTPFailure? {
        if case .failure(let failure) = await answer(to: request) { failure } else { nil }
    }
}

extension HTTPRequest {
    static func get(_ url: String) -> HTTPRequest { HTTPRequest(.get, url: url, delivery: .mayRepeat) }

    static func post(_ url: String) -> HTTPRequest {
        HTTPRequest(.post(body: Array("method=Trade".utf8)), url: url, delivery: .onceAtMost)
    }
}
