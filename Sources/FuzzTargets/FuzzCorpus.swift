public import Foundation

/// The inputs of a target that are kept: what it is for, and what once went wrong.
public struct FuzzCorpus: Sendable {
    /// One input with the name of its file.
    public struct Input: Sendable {
        public let name: String
        public let bytes: [UInt8]
    }

    /// By name.
    public let inputs: [Input]

    /// The files of a folder. Throws `CocoaError` where there is none.
    public init(folder: URL) throws {
        inputs = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { Input(name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
    }
}
