import Foundation
import GRDBSQLite
import Trading

/// A disk in memory for SQLite, that fails when and how it is told to.
///
/// Name it with `LedgerOptions.vfs`. Everything on it follows from the seed and from what SQLite asks for: two runs of the
/// same story make the same operations. Bytes may differ: SQLite takes the salts of its log from one generator for the whole
/// process, which the default file system seeds, and the log's checksums follow from them.
///
/// **What is durable.** A file has bytes in the cache, which are read, and bytes on the platter. A sync of the file brings
/// all that was written before it to the platter. When the power goes, `CrashModel` says what of the rest gets there too.
///
/// **Names.** There is one folder. A name made by opening, or deleted, is durable once the folder is synced, and before that
/// survives as the journal of a file system has it: changes of names survive in their order, a random first part of them.
/// A file's sync alone makes no name durable (POSIX; many file systems do more). SQLite syncs the folder with the first sync
/// of a log or journal that it has made, and when it deletes with `syncDir`. A file whose name did not survive is gone with
/// its synced bytes; one whose deletion did not survive is back with what was on its platter. SQLite renames nothing.
///
/// **What goes wrong** is said with `faults`, `capacityBytes` and `crash`. The error of a failed directory sync is reported,
/// while SQLite's own Unix layer ignores it after a file's sync.
///
/// Not to be used from two threads at once; connections may live on different ones.
public final class SimulatedDisk {
    /// What kind of disk it is.
    public struct Configuration: Hashable, Sendable {
        /// What is written whole or not at all, at best. SQLite takes powers of two from 512 to 65,536.
        public var sectorBytes = 512
        /// `SQLITE_IOCAP_POWERSAFE_OVERWRITE`: a torn write leaves alone what it was not to write. SQLite's Unix layer claims
        /// it of every disk; here no disk has it unless told, and then SQLite pads its log to whole sectors.
        public var isPowersafe = false
        /// The moment on the disk's clock when it is made, in milliseconds of the Julian day: 2026-01-01T00:00:00Z.
        public var julianMilliseconds: Int64 = 212_633_812_800_000

        public init() {}
    }

    public let configuration: Configuration
    /// What SQLite knows it by, the same over all crashes.
    public let name: String
    /// What goes wrong, and when. Numbers are of `counts`.
    public var faults: [DiskFault] = []
    /// The most that all files together may hold, in bytes; then `SQLITE_FULL`. nil: there is always room.
    public var capacityBytes: Int?
    /// Whether `log` is kept.
    public var isLogging = false
    /// What SQLite did, in order, since `isLogging` was set.
    public internal(set) var log: [DiskOperation] = []
    /// What it did since the disk was made.
    public internal(set) var counts = DiskCounts()
    /// What it did when it first met one of `faults`.
    public internal(set) var firstFault: DiskOperation?
    /// Whether the power has gone, and `crash` is waited for.
    public internal(set) var isPowerless = false

    var directory = SimulatedDirectory()
    var chance: SplitMix64
    var microsecondsSlept: Int64 = 0
    private var registration: VFSRegistration?
    /// The callbacks come from whichever thread GRDB runs a connection on.
    let mutex = NSRecursiveLock()

    public init(seed: UInt64, _ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        chance = SplitMix64(seed: seed)
        name = "outcry-simulated-\(UUID().uuidString)"
        registration = VFSRegistration(name: name, disk: self)
    }

    /// A file and its handles hold each other. Who closes one from now on finds no disk that would let go of it.
    deinit {
        registration?.end()
        directory.forgetOpenFiles()
    }

    /// A disk with the same files, cached and on the platter, that nobody has open: to try more than one crash from one state.
    public func copy(seed: UInt64) -> SimulatedDisk {
        let copy = SimulatedDisk(seed: seed, configuration)
        copy.directory = directory.copied()
        copy.microsecondsSlept = microsecondsSlept
        return copy
    }

    // MARK: Ends

    /// The power goes and comes back: what was not synced survives as `model` and `random` will have it. Every handle is dead
    /// from now on; what it is asked fails with `SQLITE_IOERR`, and closing it does nothing.
    @discardableResult
    public func crash(
        using random: inout some RandomNumberGenerator, model: CrashModel = CrashModel()
    ) -> CrashLosses {
        mutex.lock()
        defer { mutex.unlock() }
        var survivors = CrashSurvivors(
            model: model, sectorBytes: configuration.sectorBytes, isPowersafe: configuration.isPowersafe)
        var losses = directory.crash(using: &random) { file, random in
            file.becomeDurable(as: survivors.bytes(of: file, using: &random))
        }
        losses.unsynced = survivors.losses.unsynced
        losses.survived = survivors.losses.survived
        losses.torn = survivors.losses.torn
        isPowerless = false
        endHandles()
        return losses
    }

    /// The process dies, and the machine lives on: handles, locks and shared memory are gone, what is in the cache is not, and
    /// can still be lost by a later crash.
    public func killProcess() {
        mutex.lock()
        defer { mutex.unlock() }
        endHandles()
    }

    private func endHandles() {
        registration?.end()
        directory.forgetOpenFiles()
        registration = VFSRegistration(name: name, disk: self)
    }

    // MARK: Looking

    /// The names on the disk, sorted.
    public var paths: [String] { directory.names.keys.sorted() }

    /// A file's bytes as they are read now; nil where there is none.
    public func contents(_ path: String) -> [UInt8]? { directory.names[path]?.cached.bytes }

    /// A file's bytes that are on the platter; nil where there is none, or its name is not durable.
    public func durableContents(_ path: String) -> [UInt8]? { directory.durableNames[path]?.platter.bytes }

    /// Bytes that all files hold now.
    public var usedBytes: Int { directory.usedBytes }

    /// Damages a file as a failing medium does, in the cache and on the platter.
    public func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) {
        guard let file = directory.names[path] else { return }
        var contents = file.cached
        contents.write(bytes, 0..<bytes.count, at: offset)
        file.becomeDurable(as: contents)
    }

    // MARK: Time and chance

    var julianMilliseconds: Int64 { configuration.julianMilliseconds + microsecondsSlept / 1_000 }

    func sleep(microseconds: Int64) { microsecondsSlept += microseconds }

    func fillWithChance(_ buffer: UnsafeMutableRawBufferPointer) {
        for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: chance.next()) }
    }
}
