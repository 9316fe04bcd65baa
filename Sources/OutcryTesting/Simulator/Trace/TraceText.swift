import ChatServer
import Desk
import Foundation

/// What goes in and out, in one short line each; without what is secret, as that differs from run to run.
extension DeskInput {
    var traceText: String {
        switch self {
        case .server(.opened(let id, let peer)): "\(id) opened \(peer.format == .json ? "json" : "text")"
        case .server(.lines(let id, let lines)):
            "\(id) "
                + lines.map { ($0.tag.map { "{\($0)} " } ?? "") + TraceText.visible($0.text) }.joined(separator: " ¶ ")
        case .server(.closed(let id)): "\(id) closed"
        case .passwordChecked(let job, let isRight): "password \(job.rawValue) \(isRight.map { "\($0)" } ?? "?")"
        case .passwordHashed(let job, _): "password \(job.rawValue) hashed"
        case .exchange(let reports): "exchange " + reports.map { "\($0)" }.joined(separator: " ¶ ")
        case .paper(let action): "paper \(action)"
        case .wake: "wake"
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
        case .request(let request): "request \(request)"
        }
    }
}

enum TraceText {
    /// On one line, with control characters written out, and without the secrets of tokens.
    static func visible(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: line += " | "
            case 0..<0x20, 0x7F: line += "\\u{\(String(scalar.value, radix: 16))}"
            default: line.unicodeScalars.append(scalar)
            }
        }
        guard let start = line.range(of: "outcry_") else { return line }
        let end = line[start.upperBound...].firstIndex { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }
        return line[..<start.upperBound] + "…" + (end.map { String(line[$0...]) } ?? "")
    }
}
