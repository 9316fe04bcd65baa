import Conversation
import Desk
import Exchange
import Foundation
import Threads

// What goes in and out, in one short line each; without what is secret, as that differs from run to run.

extension DeskInput {
    var traceText: String {
        switch self {
        case .server(.opened(let id, let peer)): "\(id) opened \(peer.format == .json ? "json" : "text")"
        case .server(.lines(let id, let lines)):
            "\(id) "
                + lines.map { ($0.tag.map { "{\($0)} " } ?? "") + TraceText.visible($0.text) }.joined(separator: " ¶ ")
        case .server(.closed(let id)): "\(id) closed"
        case .server(.refused(let request)): "\(request.header.rawValue) refused"
        case .passwordChecked(let job, let isRight): "password \(job.rawValue) \(isRight.map { "\($0)" } ?? "?")"
        case .passwordHashed(let job, _): "password \(job.rawValue) hashed"
        case .keyChecked(let job, _): "key \(job.rawValue) checked"
        case .exchange(let name, let reports): "\(name) " + reports.map(\.traceText).joined(separator: " ¶ ")
        case .paper(let action): "paper \(action.traceText)"
        case .wake: "wake"
        case .clockStepped(let step): "clock stepped by \(step.nanoseconds) ns"
        case .stop: "stop"
        }
    }
}

extension DeskOutput {
    var traceText: String {
        switch self {
        case .send(let id, let message):
            "\(id) " + TraceText.visible(String(decoding: message.payload(as: .text) ?? [], as: UTF8.self))
        case .close(let id, let code, let reason): "\(id) close \(code) \(reason)"
        case .loggedIn(let id, let isLoggedIn): "\(id) is \(isLoggedIn ? "logged in" : "nobody's")"
        case .request(let exchange, let request): "\(exchange) request \(request.traceText)"
        case .useKey(_, let account, let key): "\(account) \(key == nil ? "has no key" : "has a key")"
        case .cancelForeign(let exchange, let order, _, _, let id): "\(exchange) cancel foreign \(order) \(id.rawValue)"
        case .noted(let exchange, let order, _): "\(exchange) noted \(order)"
        case .ask(let exchange, let query, let id): "\(exchange) ask \(id.rawValue) \(query.traceText)"
        // The word is chance's own.
        case .offer(let download, _, let account, _): "offer \(account) \(download.bytes.count) bytes"
        case .withdrawOffers(let account): "withdraw offers of \(account)"
        }
    }
}

enum TraceText {
    /// On one line, with control characters written out, and without the secrets of tokens.
    static func visible(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x0A: bytes += Array(" | ".utf8)
            case 0..<0x20, 0x7F: bytes += Array("\\x\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        return withoutSecret(String(decoding: bytes, as: UTF8.self))
    }

    private static func withoutSecret(_ line: String) -> String {
        guard line.utf8.count > 7 else { return line }
        var shown = ""
        var rest = line[...]
        while let start = rest.range(of: "outcry_") {
            shown += rest[..<start.upperBound] + "…"
            rest = rest[start.upperBound...].drop { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        }
        return shown + rest
    }
}
