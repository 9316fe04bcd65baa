public import Accounts
import Ledger

/// What the operator does with the master key, while no server has the database.
extension OperatorDesk {
    /// Seals all keys under another master key, in one transaction. `old` may be missing where all are under the new one already.
    ///
    /// Throws `LedgerError.locked` where a server runs, and `DeskError` where a key opens under neither: then nothing has changed.
    public static func resealKeys(
        database path: String, from old: MasterKey?, to new: MasterKey
    ) throws -> AccountStore.Resealed {
        do {
            return try withKeys(database: path) { try $0.resealExchangeKeys(from: old, to: new) }
        } catch let failure as UnsealFailure {
            throw DeskError.cannotOpen("nothing was changed: \(words(failure, old))")
        }
    }

    /// Forgets the keys that a master key does not open, and says whose they were. Throws `LedgerError.locked` where a server runs.
    public static func forgetUnreadableKeys(
        database path: String, under master: MasterKey?
    ) throws -> [(name: AccountName, key: StoredExchangeKey)] {
        try withKeys(database: path) { store in
            try store.forgetUnreadableExchangeKeys(under: master).compactMap { key in
                try store.account(key.account).map { ($0.name, key) }
            }
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
            "a key is sealed under the master key \(name), and "
                + (old.map { "the one given is \($0.name)" } ?? "no old master key is given (--master-key-file)")
        case .damaged: "a sealed key is damaged; outcry keys forget lets go of it"
        case .unavailable(let reason): reason
        }
    }
}
