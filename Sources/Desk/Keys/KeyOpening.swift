import Accounts
import Ledger
import Logging
import Trading

/// The keys that are kept, when the desk opens.
extension Seat {
    /// Opens every key and hands it to its exchange, before that is asked anything. A desk whose master key is another than
    /// the keys' does not open: nothing could be settled for their accounts.
    func handOverKeys() throws {
        guard let custody = keys.custody else { return }
        let opened = try desk.ledger.read {
            try AccountStore($0).openExchangeKeys(at: custody.exchange, under: desk.people.masterKey)
        }
        var locked: [String: Int] = [:]
        for (stored, key) in opened {
            switch key {
            case .success(let key):
                keys.accounts.insert(stored.account)
                keys.rights[stored.account] = stored.rights
                desk.batch.outputs.append(.useKey(id, stored.account, key))
            case .failure(.anotherMaster(let name)): locked[name, default: 0] += 1
            case .failure(.damaged):
                log.error("\(stored.account)'s key at \(stored.exchange) is damaged; it has to be set again")
            case .failure(.unavailable(let reason)):
                throw DeskError.cannotOpen("a sealed key was not opened: \(reason)")
            }
        }
        guard let (name, count) = locked.min(by: { $0.key < $1.key }) else { return }
        let given = desk.people.masterKey.map { "the one given is \($0.name)" } ?? "there is none"
        throw DeskError.cannotOpen(
            """
            \(count) exchange key\(count == 1 ? " is" : "s are") sealed under the master key \(name), and \(given); \
            give its file with --master-key-file, or put it back beside the database as \
            \(MasterKeyFile.beside(database: desk.ledger.path).path); if outcry keys rotate was under way, one of its two \
            files is the one; if it is lost, outcry keys forget
            """)
    }

    /// Whether the exchange cannot be asked anything for an account, for want of a key.
    func lacksKey(_ account: AccountID) -> Bool { keys.custody != nil && !keys.accounts.contains(account) }
}
