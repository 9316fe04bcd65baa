import Foundation
import GRDB
import Secrets
import Testing
import Trading

@testable import Accounts

struct ExchangeKeyTests {
    let rights = ExchangeKeyRights(info: true, trade: true, withdraw: false)

    private func key(_ name: String = "K7F3Q2-LONG-ENOUGH-TO-SHOW-SIX") throws -> ExchangeKey {
        try #require(ExchangeKey(key: name, secret: "s3cret"))
    }

    @Test func `a key is kept sealed, listed by its beginning, and opened whole`() throws {
        let master = try MasterKey.generate()
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            let stored = try store.setExchangeKey(
                key(), at: "btce", rights: rights, sealedUnder: master, for: ana.id, at: noon)
            #expect(try store.exchangeKeys(of: ana.id) == [stored])
            #expect(stored.start == "K7F3Q2" && stored.rights == rights && stored.createdAt == noon)
            let opened = try store.openExchangeKeys(at: "btce", under: master)
            #expect(opened.count == 1)
            let found = try #require(opened.first).key.get()
            #expect(found.key == "K7F3Q2-LONG-ENOUGH-TO-SHOW-SIX" && found.secret == Secret("s3cret"))
            #expect(try store.openExchangeKeys(at: "yobit", under: master).isEmpty)
        }
    }

    @Test func `neither the secret nor the whole key is in the file, sealed twice it is never the same`() throws {
        let path = NSTemporaryDirectory() + "outcry-keys-\(UUID().uuidString).db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let master = try MasterKey.generate()
        let queue = try DatabaseQueue(path: path)
        var migrator = DatabaseMigrator()
        AccountStore.registerMigrations(in: &migrator)
        try migrator.migrate(queue)
        let boxes = try queue.write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            return try (0..<2).map { _ in
                try? store.dropExchangeKey(at: "btce", of: ana.id)
                _ = try store.setExchangeKey(
                    key(), at: "btce", rights: rights, sealedUnder: master, for: ana.id, at: noon)
                return try Data.fetchOne(database, sql: "SELECT sealed FROM exchange_keys") ?? Data()
            }
        }
        #expect(boxes[0] != boxes[1] && boxes[0].count == 1 + 12 + 30 + 1 + 6 + 16)
        try queue.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for text in ["s3cret", "K7F3Q2-", master.secret.revealed()] {
            #expect(bytes.range(of: Data(text.utf8)) == nil, "\(text)")
        }
    }

    @Test func `a box opens under its own key, for its own account and exchange, and unchanged only`() throws {
        let master = try MasterKey.generate()
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, ben) = (try store.addPerson("ana"), try store.addPerson("ben"))
            func failure(_ under: MasterKey? = master) throws -> UnsealFailure? {
                try store.openExchangeKeys(at: "btce", under: under).compactMap { one in
                    if case .failure(let failure) = one.key { failure } else { nil }
                }.first
            }
            _ = try store.setExchangeKey(key(), at: "btce", rights: rights, sealedUnder: master, for: ana.id, at: noon)
            #expect(try failure() == nil)
            #expect(try failure(nil) == .anotherMaster(master.name))
            #expect(try failure(MasterKey.generate()) == .anotherMaster(master.name))
            let box = try Data.fetchOne(database, sql: "SELECT sealed FROM exchange_keys") ?? Data()
            for index in box.indices {
                var changed = box
                changed[index] ^= 1
                try database.execute(sql: "UPDATE exchange_keys SET sealed = ?", arguments: [changed])
                #expect(try failure() == .damaged, "byte \(index)")
            }
            for length in [0, 1, 12, 28, box.count - 1] {
                try database.execute(
                    sql: "UPDATE exchange_keys SET sealed = ?", arguments: [Data(box.prefix(length))])
                #expect(try failure() == .damaged, "\(length) bytes")
            }
            try database.execute(sql: "UPDATE exchange_keys SET sealed = ?", arguments: [box])
            #expect(try failure() == nil)
            try database.execute(sql: "UPDATE exchange_keys SET account = ?", arguments: [ben.id.rawValue])
            #expect(try failure() == .damaged, "moved to another account")
            try database.execute(sql: "UPDATE exchange_keys SET account = ?", arguments: [ana.id.rawValue])
            try database.execute(sql: "UPDATE exchange_keys SET exchange = 'yobit'")
            #expect(throws: UnsealFailure.damaged) {
                try #require(store.openExchangeKeys(at: "yobit", under: master).first).key.get()
            }
        }
    }

    /// Test case 16 of McGrew and Viega, The Galois/Counter Mode of Operation.
    @Test func `what somebody else has sealed with AES-256-GCM opens`() throws {
        func bytes(_ text: String) throws -> [UInt8] { try #require(Hexadecimal.bytes(Array(text.utf8)[...])) }
        let key = try Secret(bytes: bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let vector = try bytes("cafebabefacedbaddecaf888")
        let context = try bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let sealed = try bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662")
        let tag = try bytes("76fc6ece0f4e1768cddf8853bb2d551b")
        let plain = try bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        #expect(try SealedBox.open([1] + vector + sealed + tag, under: key, context: context) == plain)
    }

    @Test func `a key is one account's, and is set again once it was dropped`() throws {
        let master = try MasterKey.generate()
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, ben) = (try store.addPerson("ana"), try store.addPerson("ben"))
            func set(_ key: ExchangeKey, _ account: Account, _ exchange: String = "btce") throws -> RefusalCode? {
                try refusalCode {
                    _ = try store.setExchangeKey(
                        key, at: exchange, rights: rights, sealedUnder: master, for: account.id, at: noon)
                }
            }
            #expect(try set(key(), ana) == nil)
            #expect(try set(key(), ben) == .keyInUse)
            #expect(try set(key(), ana) == .keyInUse)
            #expect(try set(key("another-key"), ana) == nil)
            #expect(try store.exchangeKeys(of: ana.id).map(\.start) == ["ano"])
            #expect(try set(key(), ben) == nil)
            // At whatever name of an exchange: it would be one account with two who count its nonces.
            #expect(try set(key(), ana, "yobit") == .keyInUse)
            #expect(try set(key("a-third-key"), ana, "yobit") == nil)
            #expect(try store.exchangeKeys(of: ana.id).map(\.exchange) == ["btce", "yobit"])
            try store.dropExchangeKey(at: "btce", of: ben.id)
            #expect(try refusalCode { try store.dropExchangeKey(at: "btce", of: ben.id) } == .noKey)
            #expect(try set(key(), ben) == nil)
            #expect(
                try refusalCode {
                    _ = try store.setExchangeKey(
                        key("x"), at: "btce", rights: rights, sealedUnder: master, for: AccountID(99), at: noon)
                } == .unknownUser)
        }
    }

    @Test func `keys go with their account`() throws {
        let master = try MasterKey.generate()
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana")
            _ = try store.setExchangeKey(key(), at: "btce", rights: rights, sealedUnder: master, for: ana.id, at: noon)
            try database.execute(sql: "DELETE FROM accounts WHERE id = ?", arguments: [ana.id.rawValue])
            #expect(try store.openExchangeKeys(at: "btce", under: master).isEmpty)
        }
    }

    @Test func `all keys are sealed anew, each once, or none is`() throws {
        let (old, new, other) = try (MasterKey.generate(), MasterKey.generate(), MasterKey.generate())
        let queue = try makeDatabase()
        let ids = try queue.write { database in
            let store = AccountStore(database)
            return try ["ana", "ben"].map { name in
                let person = try store.addPerson(name)
                _ = try store.setExchangeKey(
                    key(name), at: "btce", rights: rights, sealedUnder: old, for: person.id, at: noon)
                return person.id
            }
        }
        func names(_ master: MasterKey) throws -> [String] {
            try queue.read { database in
                try AccountStore(database).openExchangeKeys(at: "btce", under: master)
                    .compactMap { try? $0.key.get().key }
            }
        }
        func reseal(_ from: MasterKey?, _ to: MasterKey) throws -> AccountStore.Resealed {
            try queue.write { try AccountStore($0).resealSecrets(from: from, to: to) }
        }
        #expect(throws: UnsealFailure.self) { try reseal(other, new) }
        #expect(try names(old) == ["ana", "ben"] && names(new) == [])
        #expect(try reseal(old, new) == AccountStore.Resealed(keys: 2))
        #expect(try names(old) == [] && names(new) == ["ana", "ben"])
        // Whoever is not sure that it was done does it again, also without the old one.
        #expect(try reseal(nil, new) == AccountStore.Resealed(already: 2))
        // One of the two is damaged: none is touched.
        try queue.write { database in
            try database.execute(
                sql: "UPDATE exchange_keys SET sealed = x'01' WHERE account = ?", arguments: [ids[1].rawValue])
        }
        #expect(throws: UnsealFailure.damaged) { try reseal(new, other) }
        #expect(try names(new) == ["ana"])
        let forgotten = try queue.write { try AccountStore($0).forgetUnreadableExchangeKeys(under: new) }
        #expect(forgotten.map(\.account) == [ids[1]])
        #expect(try reseal(new, other) == AccountStore.Resealed(keys: 1))
        #expect(try queue.write { try AccountStore($0).forgetUnreadableExchangeKeys(under: nil).count } == 1)
    }

    @Test(arguments: [
        ("", "s"), ("k", ""), ("k y", "s"), ("k", "s s"), ("k\u{0}", "s"), ("ké", "s"), ("k", "s\n"),
        (String(repeating: "k", count: 257), "s"), ("k", String(repeating: "s", count: 513)),
    ])
    func `what no exchange would take for a key is none`(key: String, secret: String) {
        #expect(ExchangeKey(key: key, secret: secret) == nil)
    }

    @Test func `a key does not tell itself`() throws {
        var dumped = ""
        let key = try key()
        dump(key, to: &dumped)
        let master = try MasterKey.generate()
        dump(master, to: &dumped)
        dumped += "\(key) \(master) \(String(reflecting: key))"
        for text in ["s3cret", "LONG-ENOUGH", Hexadecimal.text(master.secret.withUnsafeBytes(Array.init))] {
            #expect(!dumped.contains(text), "\(text)")
        }
    }
}

struct MasterKeyFileTests {
    private final class Folder {
        let path = NSTemporaryDirectory() + "outcry-master-\(UUID().uuidString)"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func put(_ bytes: [UInt8], mode: Int = 0o600) throws -> String {
            let file = path + "/key"
            try? FileManager.default.removeItem(atPath: file)
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
            return file
        }
    }

    private func failure(_ file: MasterKeyFile) -> MasterKeyFile.Failure? {
        do {
            _ = try file.read()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a new file is its owner's alone, and is read as what was made`() throws {
        let folder = try Folder()
        let file = MasterKeyFile(path: folder.path + "/new")
        let made = try file.create()
        #expect(try file.read().name == made.name && file.read().secret == made.secret)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(throws: MasterKeyFile.Failure.self, "there is one already") { try file.create() }
        #expect(try file.read().secret == made.secret)
        #expect(throws: MasterKeyFile.Failure.self) { try MasterKeyFile(path: folder.path + "/no/new").create() }
    }

    @Test func `32 bytes, and their digits in any case, are the same key`() throws {
        let folder = try Folder()
        let bytes = (0..<32).map { UInt8($0 * 7 + 3) }
        let raw = try MasterKeyFile(path: folder.put(bytes)).read()
        let digits = Hexadecimal.text(bytes)
        for text in [digits, digits + "\n", digits + "\r\n", digits.uppercased() + "\n"] {
            #expect(try MasterKeyFile(path: folder.put(Array(text.utf8))).read().secret == raw.secret)
        }
    }

    @Test func `anything else is no key`() throws {
        let folder = try Folder()
        let digits = String(repeating: "0123456789abcdef", count: 4)
        for text in [
            "", "\n", String(digits.dropLast()), digits + "ab", "\n" + digits, digits + " ",
            String(digits.dropLast()) + "g", String(repeating: "0", count: 64),
        ] {
            let path = try folder.put(Array(text.utf8))
            #expect(failure(MasterKeyFile(path: path)) == .noKey(path: path), "\(text)")
        }
        let path = try folder.put([UInt8](repeating: 0, count: 32))
        #expect(failure(MasterKeyFile(path: path)) == .noKey(path: path))
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o620, 0o601])
    func `a file that others may touch is refused`(mode: Int) throws {
        let folder = try Folder()
        let path = try folder.put(Array(String(repeating: "0123456789abcdef", count: 4).utf8), mode: mode)
        #expect(failure(MasterKeyFile(path: path)) == .notPrivate(path: path))
        // systemd's access list shows as a right of the group; the world is still shut out.
        let isOpen = mode & 0o007 != 0
        #expect((failure(MasterKeyFile(path: path, kept: .systemd)) == nil) == !isOpen)
    }

    @Test func `what is no file, or not there, is said`() throws {
        let folder = try Folder()
        for path in [folder.path, folder.path + "/none", "/dev/null"] {
            guard case .cannotRead(path, _) = failure(MasterKeyFile(path: path)) else {
                Issue.record("\(path): \(String(describing: failure(MasterKeyFile(path: path))))")
                continue
            }
        }
    }

    @Test func `a service's credential is found where systemd puts it`() throws {
        let folder = try Folder()
        #expect(MasterKeyFile.credential(environment: ["CREDENTIALS_DIRECTORY": folder.path]) == nil)
        #expect(MasterKeyFile.credential(environment: [:]) == nil)
        let file = MasterKeyFile(path: folder.path + "/outcry-master-key")
        let made = try file.create()
        let found = MasterKeyFile.credential(environment: ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(try found?.read().secret == made.secret)
    }
}
