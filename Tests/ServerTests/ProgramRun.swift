import Conversation
import Foundation
import Glibc
import Threads

/// What went wrong with a test's own tools, or with the program under them.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// How long anything is waited for that has to happen. Much longer than it takes, so that a loaded machine passes.
let patienceSeconds = 60

/// The package's own program, as it was built with these tests: it lies beside their bundle. Figures are taken with another
/// build of it, which `OUTCRY_PROGRAM` names.
enum Program {
    static func path() throws -> String {
        if let other = ProcessInfo.processInfo.environment["OUTCRY_PROGRAM"] { return other }
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).standardizedFileURL
        let candidates = [bundle, Bundle.main.executableURL ?? bundle]
            .map { $0.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("outcry").path }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw Unexpected("the program is not at \(candidates)")
        }
        return path
    }
}

/// One run of the program: a process of its own, with what it says. Killed when it is let go of.
final class ProgramRun {
    /// How a process ended: with an exit status, or by a signal of that number.
    enum Ending: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    private struct Stream: Sendable {
        var bytes: [UInt8] = []
        var isOver = false

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private let process = Process()
    private let output = Monitor(Stream())
    private let log = Monitor(Stream())
    private let ended = Monitor<Ending?>(nil)

    /// Starts it. `before` is shell that is run first, in the same process: `ulimit -f 100`.
    init(_ arguments: [String], input: String = "", in folder: URL, before shell: String? = nil) throws {
        let path = try Program.path()
        if let shell {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        // The settings of whoever runs the tests are not the tests'.
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("OUTCRY_") }
        process.environment?["HOME"] = folder.path
        // A file and not a pipe: a program that does not read it must not end the tests with SIGPIPE.
        let typed = folder.appendingPathComponent("input-\(UUID().uuidString)")
        try Data(input.utf8).write(to: typed)
        let input = try FileHandle(forReadingFrom: typed)
        process.standardInput = input
        try FileManager.default.removeItem(at: typed)
        let (outputPipe, logPipe) = (Pipe(), Pipe())
        process.standardOutput = outputPipe
        process.standardError = logPipe
        let ended = ended
        process.terminationHandler = { process in
            ended.withLock {
                $0 =
                    process.terminationReason == .exit
                    ? .exit(process.terminationStatus) : .signal(process.terminationStatus)
            }
        }
        try process.run()
        // Here and below by hand: Foundation keeps a process that has ended, with all its files, and thousands are run.
        try input.close()
        ProgramRun.collect(outputPipe.fileHandleForReading, into: output)
        ProgramRun.collect(logPipe.fileHandleForReading, into: log)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    private static func collect(_ handle: FileHandle, into stream: Monitor<Stream>) {
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = read(handle.fileDescriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                stream.withLock { $0.bytes += buffer[..<count] }
            }
            try? handle.close()
            stream.withLock { $0.isOver = true }
        }
    }

    /// All that it has written to standard output so far.
    var said: String { output.withLock { $0.text } }
    /// All that it has written to standard error so far.
    var logged: String { log.withLock { $0.text } }

    var processID: Int32 { process.processIdentifier }

    func send(signal: Int32) {
        if process.isRunning { kill(process.processIdentifier, signal) }
    }

    /// Waits for the line of the log that has this in it.
    func logLine(with words: String) throws -> String { try line(of: log, with: words) }

    /// Waits for the line of standard output that has this in it.
    func saidLine(with words: String) throws -> String { try line(of: output, with: words) }

    private func line(of stream: Monitor<Stream>, with words: String) throws -> String {
        let line: String?? = stream.wait(seconds: patienceSeconds) { stream -> String?? in
            let lines = stream.text.split(separator: "\n")
            if let line = lines.first(where: { $0.contains(words) }), stream.bytes.last == 0x0A { return String(line) }
            return stream.isOver ? .some(nil) : nil
        }
        guard let line = line ?? nil else { throw Unexpected("no \"\(words)\" in what it said:\n\(said)\(logged)") }
        return line
    }

    /// Waits until it has ended and all that it said has arrived.
    @discardableResult
    func ending(within seconds: Int = patienceSeconds) throws -> Ending {
        guard let ending = ended.wait(seconds: seconds, for: { $0 }) else {
            send(signal: SIGKILL)
            throw Unexpected("it has not ended within \(seconds) s; its log:\n\(logged)")
        }
        for stream in [output, log] {
            let isOver: Void? = stream.wait(seconds: patienceSeconds) { $0.isOver ? () : nil }
            if isOver == nil { throw Unexpected("its output has no end") }
        }
        return ending
    }
}
