package import Logging
import Synchronization

/// A log of which only the errors are kept: a desk that logs one in the middle of a transcript has failed it.
package final class ErrorLog: Sendable {
    private let lines = Mutex<[String]>([])

    package init() {}

    package var logger: Logger {
        Logger(label: "outcry.transcript") { _ in Handler(log: self) }
    }

    /// What was logged since it was last asked.
    package func takeLines() -> [String] {
        lines.withLock { lines in
            defer { lines.removeAll() }
            return lines
        }
    }

    private struct Handler: LogHandler {
        let log: ErrorLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.error

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.message)") }
        }
    }
}
