import CommandGrammar
import Foundation

/// The lines typed before, in a file that only its owner may read.
struct HistoryFile {
    /// Lines that are kept.
    static let linesMax = 1_000

    let path: String

    /// `outcry/history` in the user's folder of states (XDG Base Directory), or nil where there is no such folder.
    static func standardPath(environment: [String: String]) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/outcry/history" }
        return environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.local/state/outcry/history" }
    }

    /// The lines, oldest first, at most `linesMax`. A file that has grown longer is cut to them.
    func load() -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.count > HistoryFile.linesMax else { return lines }
        let kept = Array(lines.suffix(HistoryFile.linesMax))
        rewrite(kept)
        return kept
    }

    /// Adds a line, unless it may carry a secret. What cannot be written is not remembered: no reason to stop trading.
    func append(_ line: String) {
        guard !CommandParser.isSecret(line), makeFolder() else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Somebody may have copied the file with other rights.
        guard fchmod(descriptor, 0o600) == 0 else { return }
        let bytes = Array((line + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    private func rewrite(_ lines: [String]) {
        let other = path + ".new"
        let descriptor = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        // One that was left behind may have other rights.
        let written = fchmod(descriptor, 0o600) == 0 ? write(descriptor, bytes, bytes.count) : -1
        close(descriptor)
        if written == bytes.count { rename(other, path) } else { unlink(other) }
    }

    private func makeFolder() -> Bool {
        PrivateFolder.make((path as NSString).deletingLastPathComponent)
    }
}
