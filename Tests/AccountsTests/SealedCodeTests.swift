import Foundation
import GRDB
import Secrets
import Testing
import Trading

@testable import Accounts

/// Two-factor secrets under the master key.
@Suite struct SealedCodeTests {
    private func base32(_ result: Result<OneTimeSecret, UnsealFailure>?) throws -> String? { try result?.get().base32 }

    @Test func `a secret opens under its own key and for its own account only`() throws {
        let (master, other, secret) = (try MasterKey.generate(), try MasterKey.generate(), try OneTimeSecret.generate())
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, ben) = (try store.addPerson("ana").id, try store.addPerson("ben").id)
            #expect(try !store.hasOneTimeSecret(ana) && store.oneTimeSecret(of: ana, under: master) == nil)
            try store.setOneTimeSecret(secret, sealedUnder: master, for: ana, at: noon)
            #expect(try store.hasOneTimeSecret(ana) && !store.hasOneTimeSecret(ben))
            #expect(try base32(store.oneTimeSecret(of: ana, under: master)) == secret.base32)
            for key in [nil, other] {
                #expect(throws: UnsealFailure.anotherMaster(master.name)) {
                    try base32(store.oneTimeSecret(of: ana, under: key))
                }
            }
            #expect(try store.sealed() == [AccountStore.Sealed(master: master.name, keys: 0, codes: 1)])
            let box = try #require(try Data.fetchOne(database, sql: "SELECT sealed FROM one_time_secrets"))
            #expect(box.range(of: Data(secret.base32.utf8)) == nil)
            try database.execute(sql: "UPDATE one_time_secrets SET account = ?", arguments: [ben.rawValue])
            #expect(throws: UnsealFailure.damaged) { try base32(store.oneTimeSecret(of: ben, under: master)) }
        }
    }

    @Test func `a box of an exchange key is no two-factor secret`() throws {
        let master = try MasterKey.generate()
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana").id
            let key = try #require(ExchangeKey(key: "GEZDGNBVGY3TQOJQ", secret: "GEZDGNBVGY3TQOJQ"))
            _ = try store.setExchangeKey(
                key, at: "btce", rights: ExchangeKeyRights(info: true, trade: true, withdraw: false),
                sealedUnder: master, for: ana, at: noon)
            try database.execute(
                sql: "INSERT INTO one_time_secrets SELECT account, created_at, master, sealed FROM exchange_keys")
            #expect(throws: UnsealFailure.damaged) { try base32(store.oneTimeSecret(of: ana, under: master)) }
        }
    }

    @Test func `rotating and forgetting a master key take two-factor secrets along`() throws {
        let (old, new, secret) = (try MasterKey.generate(), try MasterKey.generate(), try OneTimeSecret.generate())
        let queue = try makeDatabase()
        let ana = try queue.write { database in
            let store = AccountStore(database)
            let ana = try store.addPerson("ana").id
            try store.setOneTimeSecret(secret, sealedUnder: old, for: ana, at: noon)
            return ana
        }
        #expect(throws: UnsealFailure.self) {
            try queue.write { try AccountStore($0).resealSecrets(from: nil, to: new) }
        }
        try queue.write { database in
            let store = AccountStore(database)
            let resealed = try store.resealSecrets(from: old, to: new)
            #expect(resealed == AccountStore.Resealed(codes: 1))
            #expect(try store.resealSecrets(from: nil, to: new) == AccountStore.Resealed(already: 1))
            #expect(try base32(store.oneTimeSecret(of: ana, under: new)) == secret.base32)
            #expect(try store.forgetUnreadableOneTimeSecrets(under: new) == [])
            #expect(try store.forgetUnreadableOneTimeSecrets(under: old) == [ana])
            #expect(try !store.hasOneTimeSecret(ana))
        }
    }

    @Test func `a secret that an older version left in clear is read, and sealed`() throws {
        let (master, secret) = (try MasterKey.generate(), try OneTimeSecret.generate())
        try makeDatabase().write { database in
            let store = AccountStore(database)
            let (ana, ben) = (try store.addPerson("ana").id, try store.addPerson("ben").id)
            for id in [ana, ben] { try store.set("totp", to: secret.base32, for: id) }
            #expect(try base32(store.oneTimeSecret(of: ana, under: nil)) == secret.base32)
            #expect(try store.unsealedOneTimeSecretCount() == 2 && store.dropOneTimeSecret(of: ben))
            #expect(try !store.hasOneTimeSecret(ben))
            #expect(try store.sealClearOneTimeSecrets(under: master, at: noon) == 1)
            #expect(try store.setting("totp", of: ana) == "" && store.hasOneTimeSecret(ana))
            #expect(try base32(store.oneTimeSecret(of: ana, under: master)) == secret.base32)
            #expect(try store.clearedOneTimeSecrets(under: master) == [secret.base32])
            try store.dropOneTimeSecret(of: ana)
            #expect(try !store.hasOneTimeSecret(ana) && store.clearedOneTimeSecrets(under: master) == [""])
            try store.forgetCleared()
            #expect(try store.unsealedOneTimeSecretCount() == 0)
        }
    }
}
