import Accounts
import Conversation
import Exchange
import Logging
import Secrets
import Trading

/// What accounts' keys may do at an exchange, as it says now: a right may be taken from a key, or given to it, at any time.
extension Seat {
    /// The exchange has said what an account's key may do. Where that is not what is kept with the key, it is kept, audited, and told to
    /// the account.
    func takeKeyRights(_ account: AccountID, _ rights: ExchangeKeyRights) throws {
        guard wire != nil else { return }
        guard keys.custody != nil else {
            // The server's own key: nothing of it is stored.
            keys.rights[account] = rights
            return
        }
        guard keys.accounts.contains(account) else { return }
        keys.rights[account] = rights
        guard !isReadOnly,
            let key = try desk.accountStore().setExchangeKeyRights(rights, at: keysName, of: account)
        else { return }
        log.notice("the key of \(account) at \(name) \(rights.words) now")
        var event = AuditEvent.keyRights(key)
        event.account = try desk.accountStore().account(account)?.name.text
        try desk.audit(event)
        let what = "\(key.exchange) key \(key.start)... \(rights.words) now"
        try desk.notify(
            account, event: "keys", order: nil, text: "* keys: \(what)",
            fields: ["exchange": .string(key.exchange), "what": .string(what)], at: now)
    }

    /// Whether the exchange has said that an account's key may not trade.
    func mayNotTrade(_ account: AccountID) -> Bool { wire != nil && keys.rights[account]?.trade == false }

    /// Refuses with `not_allowed` what the exchange would refuse for want of the right to trade.
    func requireKeyMayTrade(_ account: AccountID) throws {
        guard mayNotTrade(account), let rights = keys.rights[account] else { return }
        let stored = try desk.accountStore().exchangeKeys(of: account).first { $0.exchange == keysName }
        let key = stored.map { "the \($0.exchange) key \($0.start)..." } ?? "the server's key at \(name)"
        throw Refusal(
            .notAllowed, "\(key) \(rights.words) and not trade; nothing was done",
            details: keys.custody == nil
                ? [] : ["give it that right at \(name), or keys \(keysName) set KEY SECRET with another key"])
    }
}
