import Glibc
public import Venue

/// A file that the venue's books are in: lines are added and synced before any answer that rests on them goes out.
public final class BooksFile {
    /// Why the file cannot be used.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// What it held when it was opened.
    public let records: [VenueRecord]

    private let path: String
    private let descriptor: Int32

    /// Opens or makes the file, locks it, reads it, and cuts off what a killed venue had half written.
    public init(path: String) throws(Failure) {
        let opened = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw BooksFile.failure("cannot open", path) }
        // The keys of its accounts are in it; somebody may have copied the file with other rights.
        _ = fchmod(opened, 0o600)
        do {
            records = try BooksFile.prepare(opened, path)
        } catch {
            close(opened)
            throw error
        }
        self.path = path
        descriptor = opened
    }

    private static func prepare(_ descriptor: Int32, _ path: String) throws(Failure) -> [VenueRecord] {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(description: "\(path) is in use by another venue")
        }
        let bytes = try contents(of: descriptor, path)
        let contents: VenueJournal.Contents
        do {
            contents = try VenueJournal.read(bytes)
        } catch {
            throw Failure(description: "\(path): \(error)")
        }
        if contents.wholeBytes < bytes.count, ftruncate(descriptor, off_t(contents.wholeBytes)) != 0 {
            throw failure("cannot cut", path)
        }
        if contents.wholeBytes == 0 { try add(VenueJournal.headingLine, to: descriptor, path) }
        try syncFolder(of: path)
        return contents.records
    }

    deinit { close(descriptor) }

    /// Adds records and waits until they are on the disk. After a failure nothing may be added: what is in the file is not
    /// known any more.
    public func append(_ records: [VenueRecord]) throws(Failure) {
        guard !records.isEmpty else { return }
        try BooksFile.add(records.flatMap(VenueJournal.line), to: descriptor, path)
    }

    private static func add(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write", path) }
            rest = rest.dropFirst(count)
        }
        guard fdatasync(descriptor) == 0 else { throw failure("cannot sync", path) }
    }

    private static func contents(of descriptor: Int32, _ path: String) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// A new file is only there for sure when its folder is synced.
    private static func syncFolder(of path: String) throws(Failure) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw failure("cannot open the folder of", path) }
        defer { close(opened) }
        guard fsync(opened) == 0 else { throw failure("cannot sync the folder of", path) }
    }

    private static func failure(_ what: String, _ path: String) -> Failure {
        Failure(description: "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
