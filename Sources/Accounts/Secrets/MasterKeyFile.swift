import Glibc
import Secrets

/// A file with a master key in it.
public struct MasterKeyFile: Sendable {
    /// Who guards the file.
    public enum Guard: Sendable {
        /// Its mode: nobody but its owner may read it.
        case mode
        /// systemd, which puts credentials into a folder that nobody else can enter. It may give the service its right to
        /// read through an access list, and then the mode shows a right of the group.
        case systemd
    }

    /// Why a file is not used. The description is for the operator, and holds nothing of the file's contents.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case cannotRead(path: String, detail: String)
        /// Others may read it.
        case notPrivate(path: String)
        case noKey(path: String)
        case cannotWrite(path: String, detail: String)
        case unavailable(String)

        public var description: String {
            switch self {
            case .cannotRead(let path, let detail): "cannot read the master key \(path): \(detail)"
            case .notPrivate(let path):
                "the master key \(path) can be read by others than its owner: chmod 600 \(path), or make a new one"
            case .noKey(let path):
                "\(path) holds no master key, which is 32 bytes or 64 hexadecimal digits; outcry keys new-master FILE makes one"
            case .cannotWrite(let path, let detail): "cannot write the master key \(path): \(detail)"
            case .unavailable(let detail): detail
            }
        }
    }

    /// Longer than any key in any form.
    private static let bytesMax = 256

    public let path: String
    private let kept: Guard

    /// A file named by the operator, or one that systemd has put there.
    public init(path: String, kept: Guard = .mode) {
        self.path = path
        self.kept = kept
    }

    /// The credential `outcry-master-key` of a service that systemd started; nil where it was given none.
    public static func credential(environment: [String: String]) -> MasterKeyFile? {
        guard let folder = environment["CREDENTIALS_DIRECTORY"], folder.hasPrefix("/") else { return nil }
        let path = folder + "/outcry-master-key"
        return access(path, F_OK) == 0 ? MasterKeyFile(path: path, kept: .systemd) : nil
    }

    /// Reads the key. What is looked at is the file that is read, whatever its name leads to meanwhile.
    public func read() throws(Failure) -> MasterKey {
        // A pipe without a writer would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotRead(path: path, detail: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotRead(path: path, detail: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotRead(path: path, detail: "it is no file") }
        let forbidden: mode_t =
            switch kept {
            case .mode: S_IRWXG | S_IRWXO
            case .systemd: S_IRWXO
            }
        guard status.st_mode & forbidden == 0 else { throw .notPrivate(path: path) }
        var bytes = try contents(descriptor)
        defer { OpenSSL.cleanse(&bytes) }
        do {
            guard let key = try MasterKey(fileContents: bytes) else { throw Failure.noKey(path: path) }
            return key
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private func contents(_ descriptor: Int32) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: MasterKeyFile.bytesMax)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .cannotRead(path: path, detail: String(cString: strerror(errno))) }
            if more == 0 { break }
            count += more
        }
        defer { OpenSSL.cleanse(&bytes) }
        return Array(bytes.prefix(count))
    }

    /// The file that a desk makes for itself where the operator names none: beside the database.
    public static func beside(database: String) -> MasterKeyFile { MasterKeyFile(path: database + ".key") }

    /// Whether there is anything of that name, a link that leads nowhere included.
    public var exists: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Makes a new key in a new file that only its owner may read. On the disk, with its name, when this returns.
    ///
    /// The file gets its name when it is whole: a crash on the way leaves no half of a key under it.
    @discardableResult
    public func create() throws(Failure) -> MasterKey {
        let key: MasterKey
        do {
            key = try MasterKey.generate()
        } catch {
            throw .unavailable("\(error)")
        }
        let unfinished = path + ".unfinished"
        // What a process that was killed has left.
        unlink(unfinished)
        let descriptor = open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, detail: String(cString: strerror(errno))) }
        defer {
            close(descriptor)
            unlink(unfinished)
        }
        var bytes = key.fileContents()
        defer { OpenSSL.cleanse(&bytes) }
        // `link` fails where the name is taken. A mask that takes rights from the owner too is no reason to fail later.
        guard fchmod(descriptor, 0o600) == 0, write(descriptor, bytes, bytes.count) == bytes.count,
            fsync(descriptor) == 0, link(unfinished, path) == 0
        else { throw .cannotWrite(path: path, detail: String(cString: strerror(errno))) }
        guard syncFolder() else {
            let detail = String(cString: strerror(errno))
            unlink(path)
            throw .cannotWrite(path: path, detail: detail)
        }
        return key
    }

    private func syncFolder() -> Bool {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
