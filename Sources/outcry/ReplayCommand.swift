import ArgumentParser
import ChatServer
import Conversation
import Foundation
import Trading
import Transcripts

/// `outcry replay`: runs transcripts and says where they differ from what happens.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run transcripts: conversations that say what must be seen.",
        discussion: """
            A file is one transcript; a Markdown page has one in each block that says ```transcript. Each is run on a desk of \
            its own, on a virtual clock. Where something else is seen than the transcript says, both are shown side by \
            side, and the exit status is 1.
            """)

    @Argument(help: "Transcripts, and Markdown pages with transcripts in them.", completion: .file())
    var files: [String]

    @Flag(help: "Write what is seen into the files, where it is not what they say.")
    var update = false

    @Option(help: ArgumentHelp("Run those without market lines against this server.", valueName: "ws://HOST:PORT"))
    var connect: String?

    @Option(help: ArgumentHelp("With --connect: how a session of that name logs in.", valueName: "USER:PASSWORD"))
    var login: [String] = []

    @Option(help: ArgumentHelp("With --connect: the token that sessions log in with.", valueName: "TOKEN"))
    var token: String?

    @Option(help: ArgumentHelp("With --connect: how long to wait for what must be seen.", valueName: "SECONDS"))
    var timeout: Int = 5

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Say which files.") }
        guard timeout > 0 else { throw ValidationError("--timeout is in seconds, and above zero.") }
        if connect == nil {
            guard login.isEmpty, token == nil else { throw ValidationError("--login and --token go with --connect.") }
        } else {
            guard !update else {
                throw ValidationError("--update does not go with --connect: a live market is never the same.")
            }
        }
    }

    func run() async throws {
        let live = try liveRunner()
        var summary = Summary()
        for path in files {
            let file: TranscriptFile
            do {
                file = try TranscriptFile(path: path)
            } catch {
                print(
                    ((error as? TranscriptError)?.description ?? "\(path): \(error.localizedDescription)")
                        .printableLines)
                summary.unreadable += 1
                continue
            }
            var outcomes: [TranscriptOutcome] = []
            for transcript in file.transcripts {
                if let live {
                    guard transcript.canRunLive else {
                        summary.skipped += 1
                        continue
                    }
                    outcomes.append(await live.run(transcript))
                } else {
                    outcomes.append(TranscriptRunner().run(transcript))
                }
            }
            try finish(file, outcomes, &summary)
        }
        print(summary.text)
        if summary.hasFailed { throw ExitCode.failure }
    }

    private func finish(_ file: TranscriptFile, _ outcomes: [TranscriptOutcome], _ summary: inout Summary) throws {
        summary.run += outcomes.count
        let differing = outcomes.filter { !$0.isMatch }
        guard update, differing.allSatisfy({ $0.error == nil }) else {
            summary.failed += differing.count
            for outcome in differing { print(outcome.report.printableLines + "\n") }
            return
        }
        guard !differing.isEmpty else { return }
        try file.updated(with: outcomes).write(toFile: file.path, atomically: true, encoding: .utf8)
        summary.updated += differing.count
        print("\(file.path): \(differing.count) updated")
    }

    private func liveRunner() throws -> LiveTranscriptRunner? {
        guard let connect else { return nil }
        guard let address = WebSocketAddress(connect) else {
            throw ValidationError("No address: \(connect.withoutSecrets); expected ws://HOST:PORT.")
        }
        var logins: [LiveTranscriptRunner.Login] = try login.map { text in
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw ValidationError("--login is USER:PASSWORD.") }
            return .password(user: String(parts[0]), password: String(parts[1]))
        }
        if let token { logins.append(.token(token)) }
        return LiveTranscriptRunner(address: address, logins: logins, timeout: .seconds(timeout))
    }

    /// What to say at the end.
    private struct Summary {
        var run = 0
        var failed = 0
        var updated = 0
        var skipped = 0
        var unreadable = 0

        var hasFailed: Bool { failed > 0 || unreadable > 0 }

        var text: String {
            var parts = ["\(run) transcript\(run == 1 ? "" : "s")", "\(failed) failed"]
            if updated > 0 { parts.append("\(updated) updated") }
            if skipped > 0 { parts.append("\(skipped) skipped, for they move the market or the clock") }
            if unreadable > 0 { parts.append("\(unreadable) file\(unreadable == 1 ? "" : "s") not read") }
            return parts.joined(separator: ", ")
        }
    }
}
