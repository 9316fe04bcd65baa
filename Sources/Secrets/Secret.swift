/// A password, a token or a key: shown as `<secret>` wherever it is printed, compared in constant time, and overwritten
/// in memory when the last copy is gone.
///
/// That reaches this type's own memory only: the line that it was read from is the caller's to forget.
public struct Secret: Sendable {
    private let storage: Storage

    /// Keeps a copy of the text's UTF-8.
    public init(_ text: some StringProtocol) {
        storage = Storage(Array(text.utf8))
    }

    package init(bytes: [UInt8]) {
        storage = Storage(bytes)
    }

    /// How long it is, in bytes.
    public var count: Int { storage.bytes.count }

    /// Lends the bytes for the length of the call. Whatever is copied out of it is no longer protected.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage.bytes))
    }

    /// The secret as text, to be shown once to the one whom it is for.
    public func revealed() -> String {
        String(decoding: storage.bytes, as: UTF8.self)
    }

    // Unchecked: the buffer is filled before the initialiser returns, is never written again until `deinit`, and no
    // reference can be left when that runs.
    private final class Storage: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer

        init(_ source: [UInt8]) {
            var source = source
            bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 1)
            bytes.copyBytes(from: source)
            OpenSSL.cleanse(&source)
        }

        deinit {
            OpenSSL.cleanse(bytes)
            bytes.deallocate()
        }
    }
}

extension Secret: Equatable {
    /// In a time that depends on the lengths alone.
    public static func == (left: Secret, right: Secret) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { right in OpenSSL.isEqual(left, right) } }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<secret>" }
    public var debugDescription: String { description }
    /// Without children, so that `dump` has nothing to tell.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
