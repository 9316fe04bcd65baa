import Desk
import Exchange
import Foundation
import Trading

/// Which tapes drive the paper exchange, and how.
struct TapeOptions: Sendable {
    private let names: [String]
    private let speed: ExactDecimal
    private let isLooping: Bool

    /// The name of the tape that is built in.
    static let synthetic = "synthetic"

    init(names: [String], speed: String?, isLooping: Bool) throws {
        guard let factor = ExactDecimal(speed ?? "1"), factor.isPositive else {
            throw Failure("--speed takes a number above zero, not \(speed ?? "")")
        }
        self.names = names
        self.speed = factor
        self.isLooping = isLooping
    }

    /// Opens the tapes; nil where there are none.
    func open() throws -> PaperTapes? {
        guard !names.isEmpty else { return nil }
        return PaperTapes(sources: try names.map(TapeOptions.source), speed: speed, isLooping: isLooping)
    }

    static func source(_ name: String) throws -> any TapeSource {
        if name == synthetic { return SyntheticTape() }
        if let equals = name.firstIndex(of: "="), !FileManager.default.fileExists(atPath: name) {
            guard let pair = Pair(name[..<equals]) else { throw Failure("no pair \(name[..<equals])") }
            return try TapeReader(path: String(name[name.index(after: equals)...]), pair: pair)
        }
        return try TapeReader(path: name)
    }
}
