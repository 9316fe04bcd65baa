/// Which names lead to which files, in the cache and on the platter.
struct SimulatedDirectory {
    private enum Change {
        case made(String, SimulatedFile)
        case deleted(String)
    }

    private(set) var names: [String: SimulatedFile] = [:]
    private(set) var durableNames: [String: SimulatedFile] = [:]
    /// Since the directory was last synced, in order.
    private var unsynced: [Change] = []
    /// Open files that no name leads to any more: they still take room.
    private var nameless: [SimulatedFile] = []

    mutating func make(_ name: String?) -> SimulatedFile {
        let file = SimulatedFile()
        if let name {
            change(.made(name, file))
        } else {
            nameless.append(file)
        }
        return file
    }

    mutating func delete(_ name: String) {
        if let file = names[name], !file.openFiles.isEmpty { nameless.append(file) }
        change(.deleted(name))
    }

    /// Nobody has it open any more.
    mutating func closed(_ file: SimulatedFile) { nameless.removeAll { $0 === file } }

    private mutating func change(_ change: Change) {
        SimulatedDirectory.apply(change, to: &names)
        unsynced.append(change)
    }

    private static func apply(_ change: Change, to names: inout [String: SimulatedFile]) {
        switch change {
        case .made(let name, let file): names[name] = file
        case .deleted(let name): names[name] = nil
        }
    }

    mutating func sync() {
        durableNames = names
        unsynced.removeAll()
    }

    var usedBytes: Int {
        names.values.reduce(0) { $0 + $1.size } + nameless.reduce(0) { $0 + $1.size }
    }

    /// A random first part of the changes of names survives; then each file that has a name is given its bytes.
    mutating func crash<Random: RandomNumberGenerator>(
        using random: inout Random, _ settle: (SimulatedFile, inout Random) -> Void
    ) -> CrashLosses {
        var losses = CrashLosses()
        losses.unsyncedNames = unsynced.count
        losses.survivedNames = unsynced.isEmpty ? 0 : Int.random(in: 0...unsynced.count, using: &random)
        for change in unsynced[..<losses.survivedNames] { SimulatedDirectory.apply(change, to: &durableNames) }
        unsynced.removeAll()
        nameless.removeAll()
        names = durableNames
        // In the order of their names: a dictionary's own order is another one in every process.
        for name in names.keys.sorted() {
            if let file = names[name] { settle(file, &random) }
        }
        return losses
    }

    mutating func forgetOpenFiles() {
        for file in names.values {
            file.openFiles.removeAll()
            file.sharedMemory = nil
        }
        nameless.removeAll()
    }

    /// The same names with files of their own.
    func copied() -> SimulatedDirectory {
        var copies: [ObjectIdentifier: SimulatedFile] = [:]
        func copy(_ file: SimulatedFile) -> SimulatedFile {
            if let known = copies[ObjectIdentifier(file)] { return known }
            let new = SimulatedFile(copying: file)
            copies[ObjectIdentifier(file)] = new
            return new
        }
        var directory = SimulatedDirectory()
        directory.names = names.mapValues(copy)
        directory.durableNames = durableNames.mapValues(copy)
        directory.unsynced = unsynced.map { change in
            switch change {
            case .made(let name, let file): .made(name, copy(file))
            case .deleted: change
            }
        }
        return directory
    }
}
