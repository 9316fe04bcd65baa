public import Accounts
import Ledger
import Threads

/// What the operator does with the master key, while no server has the database.
extension OperatorDesk {
    /// Seals all exchange keys and two-factor secrets under another master key, in one transaction. `old` may be missing where all are under the new one already.
    ///
    /// Throws `LedgerError.locked` where a server runs, and `DeskError` where a key opens under neither: then nothing has changed.
    public static func resealKeys(
        database path: String, from old: MasterKey?, to new: MasterKey
    ) throws -> AccountStore.Resealed {
        do {
            return try withKeys(database: path) { store in
                let count = try store.resealSecrets(from: old, to: new)
                try store.auditOperator(.masterKeyChanged(to: new, count), nil, at: MachineClock.wall)
                return count
            }
        } catch let failure as UnsealFailure {
            throw DeskError.cannotOpen("nothing was changed: \(words(failure, old))")
        }
    }

    /// What `forgetUnreadableSecrets` has let go of.
    public struct Forgotten: Sendable {
        public var keys: [(name: AccountName, key: StoredExchangeKey)] = []
        /// The accounts whose two-factor codes are off now.
        public var codes: [AccountName] = []
    }

    /// Forgets the exchange keys and the two-factor secrets that a master key does not open, and says whose they were. Throws
    /// `LedgerError.locked` where a server runs.
    public static func forgetUnreadableSecrets(database path: String, under master: MasterKey?) throws -> Forgotten {
        try withKeys(database: path) { store in
            var forgotten = Forgotten()
            for key in try store.forgetUnreadableExchangeKeys(under: master) {
                guard let name = try store.account(key.account)?.name else { continue }
                forgotten.keys.append((name, key))
                try store.auditOperator(.secretsForgotten("key", key.exchange), name, at: MachineClock.wall)
            }
            for id in try store.forgetUnreadableOneTimeSecrets(under: master) {
                guard let name = try store.account(id)?.name else { continue }
                try store.set(DeskCore.stepSetting, to: nil, for: id)
                forgotten.codes.append(name)
                try store.auditOperator(.secretsForgotten("totp", nil), name, at: MachineClock.wall)
            }
            return forgotten
        }
    }

    private static func withKeys<Value>(database path: String, _ body: (AccountStore) throws -> Value) throws -> Value {
        let ledger = try Ledger(path: path, options: .serve) { AccountStore.registerMigrations(in: &$0) }
        // What ends the transaction with nothing written, in its own words.
        var failure: UnsealFailure?
        do {
            let value = try ledger.transaction { transaction in
                do {
                    return try body(AccountStore(transaction.database))
                } catch let error as UnsealFailure {
                    failure = error
                    throw error
                }
            }
            try ledger.close()
            return value
        } catch {
            throw failure ?? error
        }
    }

    private static func words(_ failure: UnsealFailure, _ old: MasterKey?) -> String {
        switch failure {
        case .anotherMaster(let name):
            "a secret is sealed under the master key \(name), and "
                + (old.map { "the one given is \($0.name)" } ?? "no old master key is given (--master-key-file)")
        case .damaged: "a sealed secret is damaged; outcry keys forget lets go of it"
        case .unavailable(let reason): reason
        }
    }
}
