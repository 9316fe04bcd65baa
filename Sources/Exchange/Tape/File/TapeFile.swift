import CZlib
import Glibc

/// What a file held when it was checked: its size, and a checksum of each of its blocks.
///
/// It tells a file that was changed by somebody from one that was not. Against somebody who wants two files to look the same it
/// is no help, and needs to be none: whoever can write the tape can write any tape.
struct TapeFingerprint: Hashable, Sendable {
    /// Bytes of a block; the last one may be shorter.
    static let blockBytes = 64 * 1_024

    let bytes: Int
    /// CRC-32 in the upper half, Adler-32 in the lower.
    var blocks: [UInt64?]

    init(bytes: Int) {
        self.bytes = bytes
        blocks = Array(repeating: nil, count: (bytes + TapeFingerprint.blockBytes - 1) / TapeFingerprint.blockBytes)
    }

    /// `161-0f3c2a9b77d01e54`: the size, and FNV-1a over the blocks' checksums.
    var identity: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for block in blocks {
            for shift in stride(from: 0, to: 64, by: 8) {
                hash = (hash ^ ((block ?? 0) >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return "\(bytes)-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func checksum(_ bytes: [UInt8], count: Int) -> UInt64 {
        bytes.withUnsafeBufferPointer { buffer in
            let crc = UInt64(crc32(0, buffer.baseAddress, UInt32(count)))
            return crc << 32 | UInt64(adler32(1, buffer.baseAddress, UInt32(count)))
        }
    }
}

/// A file that is open for as long as anybody holds this.
final class TapeDescriptor: Sendable {
    let number: Int32

    /// Opens a file on a disk, to be read.
    init(path: String) throws(TapeError) {
        // A pipe without a writer would otherwise keep us waiting.
        number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            throw TapeError(tape: path, message: "cannot be opened: \(String(cString: strerror(errno)))")
        }
    }

    deinit { if number >= 0 { close(number) } }

    var status: stat? {
        var status = stat()
        return fstat(number, &status) == 0 ? status : nil
    }
}

/// A tape's file on the disk, read by the block.
///
/// The file stays open from the check until the tape is over: another file under its name changes nothing. Each block that is
/// read later must be what was checked; what has been added to the file since is not read.
final class TapeFile {
    let path: String
    let descriptor: TapeDescriptor
    private(set) var fingerprint: TapeFingerprint
    /// What the file was when its check began.
    private let opened: stat

    /// Opens a file to be checked.
    init(path: String) throws(TapeError) {
        descriptor = try TapeDescriptor(path: path)
        self.path = path
        guard let status = descriptor.status else {
            throw TapeError(tape: path, message: "cannot be opened: \(String(cString: strerror(errno)))")
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw TapeError(
                tape: path,
                message: kind == S_IFDIR
                    ? "is a folder, not a file"
                    : "is not a file on a disk: a tape is read twice, once to check it; write it to a file first")
        }
        opened = status
        fingerprint = TapeFingerprint(bytes: Int(status.st_size))
    }

    /// The file again as it was when it was checked.
    init(_ checked: CheckedTape) {
        path = checked.path
        descriptor = checked.descriptor
        fingerprint = checked.fingerprint
        opened = stat()
    }

    var bytes: Int { fingerprint.bytes }

    /// Reads block `index` into `block`, which has room for one; its length, 0 behind the last block.
    func read(_ index: Int, into block: inout [UInt8]) throws(TapeError) -> Int {
        guard index < fingerprint.blocks.count else { return 0 }
        let start = index * TapeFingerprint.blockBytes
        let expected = min(TapeFingerprint.blockBytes, bytes - start)
        let count = try read(at: start, expected, into: &block)
        guard count == expected else {
            throw TapeError(
                tape: path, message: "was cut short while it was being read: \(start + count) of \(bytes) bytes")
        }
        let checksum = TapeFingerprint.checksum(block, count: count)
        if let known = fingerprint.blocks[index], known != checksum {
            throw TapeError(
                tape: path,
                message: "was changed after it was checked: the bytes from \(start) on are not what they were")
        }
        fingerprint.blocks[index] = checksum
        return count
    }

    /// Reads up to `count` bytes at `offset`, without a look at their checksum; how many there were.
    func read(at offset: Int, _ count: Int, into block: inout [UInt8]) throws(TapeError) -> Int {
        var done = 0
        while done < count {
            let got = block.withUnsafeMutableBytes { buffer in
                pread(descriptor.number, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw TapeError(tape: path, message: "cannot be read: \(String(cString: strerror(errno)))")
            }
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Reads the blocks that nobody has read yet, so that all of the file is in the fingerprint, and makes sure that nobody wrote to
    /// the file meanwhile.
    func finishFingerprint() throws(TapeError) {
        var block = [UInt8](repeating: 0, count: TapeFingerprint.blockBytes)
        for index in fingerprint.blocks.indices where fingerprint.blocks[index] == nil {
            _ = try read(index, into: &block)
        }
        guard let now = descriptor.status, now.st_size == opened.st_size,
            now.st_mtim.tv_sec == opened.st_mtim.tv_sec, now.st_mtim.tv_nsec == opened.st_mtim.tv_nsec
        else {
            throw TapeError(tape: path, message: "was written to while it was checked; a tape must be finished first")
        }
    }
}
