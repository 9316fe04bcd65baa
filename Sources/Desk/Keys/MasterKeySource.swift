public import Accounts
import Ledger
import Logging
import Trading

/// Where a desk's master key comes from.
public enum MasterKeySource: Sendable {
    /// There is none: nothing is sealed, and what is sealed is not opened.
    case none
    /// The operator has named its file, or systemd has.
    case given(MasterKey)
    /// The desk's own, in a file beside its database, made at the first start.
    case beside

    /// The key, and a line in the log where something is to be known of it.
    ///
    /// Called by the one server that has the database: no other makes the file at the same time. Throws `DeskError` for a
    /// file that cannot be read or made.
    func key(for ledger: Ledger, log: Logger) throws -> MasterKey? {
        let sealed = try ledger.read { try AccountStore($0).sealed() }
        let file = MasterKeyFile.beside(database: ledger.path)
        let key: MasterKey?
        switch self {
        case .none: return nil
        case .given(let given): key = given
        case .beside: key = try MasterKeySource.own(file, hasSealed: !sealed.isEmpty, log)
        }
        for locked in sealed where locked.master != key?.name {
            let there = key.map { "the one in use is \($0.name)" } ?? "\(file.path) is not there"
            log.error(
                """
                \(locked.words) sealed under the master key \(locked.master), and \(there). Logins of these accounts that \
                need a code are refused until that key is back: start with its file, as \(file.path) or with \
                --master-key-file; or, with the server stopped, outcry keys forget lets go of what it sealed
                """)
        }
        return key
    }

    /// Reads the desk's own key, or makes it: never where something is sealed already, since that would look as if it were the key
    /// for it.
    private static func own(_ file: MasterKeyFile, hasSealed: Bool, _ log: Logger) throws -> MasterKey? {
        do {
            if file.exists { return try file.read() }
            guard !hasSealed else { return nil }
            let made = try file.create()
            log.notice(
                """
                made the master key \(made.name) in \(file.path): two-factor secrets and exchange keys in the database are \
                sealed under it. Keep a copy of that file apart from the database's backups. No backup has it, and without it \
                those secrets are lost
                """)
            return made
        } catch {
            throw DeskError.cannotOpen("\(error)")
        }
    }
}

extension AccountStore.Sealed {
    /// `2 two-factor secrets and 1 exchange key are`.
    fileprivate var words: String {
        let parts = [
            codes == 0 ? nil : "\(codes) two-factor secret\(codes == 1 ? "" : "s")",
            keys == 0 ? nil : "\(keys) exchange key\(keys == 1 ? "" : "s")",
        ].compactMap(\.self)
        return parts.joined(separator: " and ") + (codes + keys == 1 ? " is" : " are")
    }
}
