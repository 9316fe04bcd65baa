import Foundation

/// A program that was run to its end, or until it had said enough.
struct ChildProcess {
    /// How it ended.
    enum End: Hashable {
        case exit(Int32)
        case signal(Int32)
        /// It was stopped here: a line had said enough.
        case stopped
        case timedOut
    }

    let end: End
    let lines: [String]

    /// Runs a program, its output and errors joined, at most for so long. `isEnough` sees each line as it comes.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], secondsMax: Int,
        isEnough: (String) -> Bool = { _ in false }
    ) throws -> ChildProcess {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let isLate = DispatchSemaphore(value: 0)
        timer.schedule(deadline: .now() + .seconds(secondsMax))
        timer.setEventHandler {
            isLate.signal()
            process.terminate()
        }
        try process.run()
        timer.resume()
        defer { timer.cancel() }

        var lines: [String] = []
        var rest = Data()
        var isStopped = false
        while !isStopped {
            let data = pipe.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            rest.append(data)
            while let newline = rest.firstIndex(of: 0x0A), !isStopped {
                let line = String(decoding: rest[..<newline], as: UTF8.self)
                rest = Data(rest[(newline + 1)...])
                lines.append(line)
                isStopped = isEnough(line)
            }
        }
        if isStopped { process.terminate() }
        process.waitUntilExit()
        let end: End =
            if isLate.wait(timeout: .now()) == .success {
                .timedOut
            } else if isStopped {
                .stopped
            } else if process.terminationReason == .uncaughtSignal {
                .signal(process.terminationStatus)
            } else {
                .exit(process.terminationStatus)
            }
        return ChildProcess(end: end, lines: lines)
    }
}
