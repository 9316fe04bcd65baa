import ArgumentParser
import Desk
import Exchange
import Foundation
import Glibc
import Trading

/// Which tapes drive an exchange, and how, as it was typed.
struct TapeOptions: Sendable {
    private let names: [String]
    private let source: SettingSource
    private let speed: ExactDecimal
    private let isLooping: Bool
    private let skipsBadRows: Bool

    /// The name of the tape that is built in.
    static let synthetic = "synthetic"

    /// - Parameters:
    ///   - names: the tapes, each as it was typed.
    ///   - source: where the names come from, for messages.
    ///   - speed: how much faster than it happened they play; a number above zero.
    init(
        names: [String], from source: SettingSource, speed: String? = nil, isLooping: Bool = false,
        skipsBadRows: Bool = false
    ) throws {
        guard let factor = ExactDecimal(speed ?? "1"), factor.isPositive else {
            throw Failure("--speed takes a number above zero, not \(speed ?? "")")
        }
        self.names = names
        self.source = source
        self.speed = factor
        self.isLooping = isLooping
        self.skipsBadRows = skipsBadRows
    }

    /// Reads each tape from end to end, with progress on a terminal. A tape that cannot be played is told on standard error, and ends
    /// the program with the status for data that starting again does not mend.
    func check() throws -> CheckedTapes {
        var tapes: [CheckedTapes.Tape] = []
        for name in names {
            do {
                tapes.append(try TapeOptions.check(name, from: source, skippingBadRows: skipsBadRows))
            } catch let error as TapeError {
                throw TapeOptions.tell(error)
            }
        }
        return CheckedTapes(tapes: tapes, speed: speed, isLooping: isLooping)
    }

    /// Says what is wrong with a tape, and, where there is a file, what one looks like; the exit that follows from it.
    static func tell(_ error: TapeError) -> ExitCode {
        // A URL is no tape, and may be typed for one.
        let words = error.tape.contains("://") ? "\(error)".hidingSecrets(of: error.tape) : "\(error)"
        var text = "Error: \(words)\n"
        if FileManager.default.isReadableFile(atPath: error.tape) {
            text += "a tape that plays begins like this:\n"
            text += TapeError.example.split(separator: "\n").map { "  \($0)\n" }.joined()
        }
        Terminal.write(text, to: STDERR_FILENO)
        return ExitCode(ExitStatus(of: error).rawValue)
    }

    /// Reads one tape from end to end. Throws a `TapeError` where it does not play, and a `Failure`, which names the source, where its name
    /// means nothing.
    static func check(
        _ name: String, from source: SettingSource? = nil, skippingBadRows: Bool
    ) throws -> CheckedTapes.Tape {
        if name == synthetic { return .synthetic }
        var (path, pair) = (name, Pair?.none)
        if let equals = name.firstIndex(of: "="), !FileManager.default.fileExists(atPath: name) {
            guard let given = Pair(name[..<equals]) else {
                let place = source.map { "\($0): " } ?? ""
                let shown = String(name[..<equals]).withoutSecrets
                throw Failure("\(place)no pair \(shown); expected FILE, or PAIR=FILE as btc_usd=FILE")
            }
            (path, pair) = (String(name[name.index(after: equals)...]), given)
        }
        let shows = isatty(STDERR_FILENO) == 1
        defer { if shows { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) } }
        return .file(
            try CheckedTape(checking: path, pair: pair, skippingBadRows: skippingBadRows) { progress in
                guard shows, progress.bytes > 0 else { return }
                let percent = progress.bytesRead * 100 / progress.bytes
                Terminal.write("\rchecking \(shown(path)): \(percent)%, \(progress.rows) rows", to: STDERR_FILENO)
            })
    }

    /// A path as it may stand on a terminal, short.
    static func shown(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return String(name.map { $0.isASCII && $0 >= " " && $0 != "\u{7F}" ? $0 : "?" })
    }
}

/// Tapes that can be played.
struct CheckedTapes: Sendable {
    enum Tape: Sendable {
        case synthetic
        case file(CheckedTape)
    }

    let tapes: [Tape]
    let speed: ExactDecimal
    let isLooping: Bool

    /// What each was taken for, in a line or more; nothing for the one that is built in.
    var reports: [String] { tapes.compactMap(\.report) }

    /// Opens the tapes at their beginning; nil where there are none.
    func open() -> PaperTapes? {
        guard !tapes.isEmpty else { return nil }
        return PaperTapes(sources: tapes.map { $0.open() }, speed: speed, isLooping: isLooping)
    }
}

extension CheckedTapes.Tape {
    func open() -> any TapeSource {
        switch self {
        case .synthetic: SyntheticTape()
        case .file(let checked): TapeReader(checked)
        }
    }

    /// What saved positions of versions up to 0.2 call it.
    var name: String {
        switch self {
        case .synthetic: TapeOptions.synthetic
        case .file(let checked): checked.path
        }
    }

    /// Its pairs, with the rules of their digits.
    var pairs: [PairRules] {
        switch self {
        case .synthetic: PairRules.paperDefaults
        case .file(let checked): checked.pairs
        }
    }

    /// `trades.csv: time in ms, no header: Binance trades`, what is in it, and what had to be assumed.
    var report: String? {
        guard case .file(let tape) = self else { return nil }
        let pairs = tape.pairs.prefix(5).map { "\($0.pair)" }.joined(separator: ", ")
        let more = tape.pairs.count > 5 ? " and \(tape.pairs.count - 5) more" : ""
        var lines = [
            "\(TapeOptions.shown(tape.path)): \(tape.words)",
            "  \(tape.trades) trade\(tape.trades == 1 ? "" : "s") of \(pairs)\(more), "
                + "\(tape.times.lowerBound) to \(tape.times.upperBound)",
        ]
        lines += tape.notes.map { "  note: \($0)" }
        return lines.joined(separator: "\n")
    }
}
