import Accounts
import Ledger
import Logging
import Trading

/// Two-factor secrets that version 0.1 has left in clear.
extension DeskCore {
    /// Seals them, and sees to it that what they were is gone from the file and its log. What of that does not succeed now is
    /// done at a later start: the rows stay, empty, until it has.
    func sealClearSecrets() throws {
        let waiting = try ledger.read { try AccountStore($0).unsealedOneTimeSecretCount() }
        guard waiting > 0 else { return }
        guard let masterKey = people.masterKey else {
            log.warning(
                "\(Words.count(waiting, "two-factor secret")) in clear: there is no master key to seal under")
            return
        }
        try ledger.overwriteDeleted()
        let count = try ledger.transaction { transaction in
            let store = AccountStore(try transaction.database)
            let count = try store.sealClearOneTimeSecrets(under: masterKey, at: now)
            // Replies to `totp on` that were kept with a tag.
            try transaction.forgetTags(withReplyContaining: "otpauth://")
            if count > 0 { try store.audit(.secretsSealed(count, under: masterKey), limits: auditLimits, at: now) }
            return count
        }
        if count > 0 { log.notice("sealed \(Words.count(count, "two-factor secret")) that had been kept in clear") }
        let cleared = try ledger.read { try AccountStore($0).clearedOneTimeSecrets(under: masterKey) }
        let why: String
        switch try ledger.erase(cleared.filter { !$0.isEmpty }, mayHide: cleared.contains("")) {
        case .done:
            try ledger.transaction { try AccountStore($0.database).forgetCleared() }
            return
        case .logInUse: why = "another program reads the database"
        case .diskFull: why = "there is no room to write the database anew"
        case .found: why = "they are in the file still"
        }
        log.warning(
            """
            two-factor secrets that were in clear may be in free space of the database file: \(why). The next start tries \
            again; until then its file is as secret as they are
            """)
    }
}
