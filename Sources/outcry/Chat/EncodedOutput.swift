import CEditline
import Glibc

/// What the line editor writes, in the terminal's own encoding: the editor writes UTF-8.
final class EncodedOutput {
    private let charset: TerminalCharset
    /// The beginning of a character whose rest the editor has not written yet.
    private var pending: [UInt8] = []
    private var stream: UnsafeMutablePointer<FILE>?

    init(charset: TerminalCharset) { self.charset = charset }

    /// The editor must have ended before.
    deinit { if let stream { fclose(stream) } }

    /// An editor that writes here, for as long as this value lives. nil where editline cannot work on this terminal.
    func openEditor(_ name: String) -> OpaquePointer? {
        outcry_el_open_through(
            name,
            { context, bytes, count in
                guard let context, let bytes else { return 0 }
                let output = Unmanaged<EncodedOutput>.fromOpaque(context).takeUnretainedValue()
                return output.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
            }, Unmanaged.passUnretained(self).toOpaque(), &stream)
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        pending += bytes
        var text = String.UnicodeScalarView()
        while let (scalar, length) = TerminalCharset.utf8.first(of: pending[...]) {
            text.append(scalar)
            pending.removeFirst(length)
        }
        return Terminal.write(charset.bytes(of: String(text)))
    }
}
