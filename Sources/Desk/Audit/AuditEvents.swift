import Accounts
import Conversation
import Ledger
import Secrets
import Threads
import Trading

/// What the desk and the operator keep, with what there is to say of each.
extension AuditEvent {
    /// Ended by force; `reason` is what the session is told.
    static func sessionEnded(_ reason: String) -> AuditEvent {
        AuditEvent(.sessionEnded, [AuditLine.Field("reason", reason)])
    }

    static func passwordChanged(droppingTokens tokens: Int) -> AuditEvent {
        AuditEvent(.passwordChanged, [AuditLine.Field("tokens_dropped", "\(tokens)")])
    }

    static func accountDisabled(droppingTokens tokens: Int) -> AuditEvent {
        AuditEvent(.accountDisabled, [AuditLine.Field("tokens_dropped", "\(tokens)")])
    }

    static func accountDeleted(droppingTokens tokens: Int, leavingOrders orders: Int) -> AuditEvent {
        AuditEvent(
            .accountDeleted,
            [AuditLine.Field("tokens_dropped", "\(tokens)"), AuditLine.Field("orders_left", "\(orders)")])
    }

    static func roleChanged(from old: Role, to new: Role) -> AuditEvent {
        AuditEvent(.roleChanged, [AuditLine.Field("from", old.rawValue), AuditLine.Field("to", new.rawValue)])
    }

    static func loggedOut(droppingTokens tokens: Int) -> AuditEvent {
        AuditEvent(.loggedOut, [AuditLine.Field("tokens_dropped", "\(tokens)")])
    }

    /// A request that never became a session: `value` is the client's own text.
    static func refused(_ request: RefusedRequest) -> AuditEvent {
        let kind: Kind =
            switch request.header {
            case .host: .hostRefused
            case .origin: .originRefused
            }
        return AuditEvent(kind, address: request.address, [AuditLine.Field("value", request.value)])
    }

    static func registered(_ role: Role) -> AuditEvent {
        AuditEvent(.registered, [AuditLine.Field("role", role.rawValue)])
    }

    static func accountMade(_ role: Role, _ funds: [(ExactDecimal, Coin)]) -> AuditEvent {
        let money = funds.map { "\($0.0) \($0.1)" }.joined(separator: ",")
        return AuditEvent(
            .accountMade,
            [AuditLine.Field("role", role.rawValue)] + (money.isEmpty ? [] : [AuditLine.Field("funds", money)]))
    }

    static func tokenMade(_ token: Token) -> AuditEvent {
        AuditEvent(
            .tokenMade,
            [
                AuditLine.Field("token", token.name.text), AuditLine.Field("rights", token.rights.rawValue),
                AuditLine.Field("until", token.expiresAt?.description ?? "never"),
            ])
    }

    static func tokenDropped(_ name: AccountName) -> AuditEvent {
        AuditEvent(.tokenDropped, [AuditLine.Field("token", name.text)])
    }

    /// Of the key only what `keys` lists.
    static func keySet(_ key: StoredExchangeKey) -> AuditEvent { AuditEvent(.keySet, fields(of: key)) }

    /// The exchange has said that a key may do other things than before; `key` has them.
    static func keyRights(_ key: StoredExchangeKey) -> AuditEvent { AuditEvent(.keyRights, fields(of: key)) }

    private static func fields(of key: StoredExchangeKey) -> [AuditLine.Field] {
        let may = [
            key.rights.info ? "read" : nil, key.rights.trade ? "trade" : nil, key.rights.withdraw ? "withdraw" : nil,
        ]
        return [
            AuditLine.Field("exchange", key.exchange), AuditLine.Field("key", key.start),
            AuditLine.Field("rights", may.compactMap(\.self).joined(separator: ",")),
        ]
    }

    static func keyDropped(_ exchange: String) -> AuditEvent {
        AuditEvent(.keyDropped, [AuditLine.Field("exchange", exchange)])
    }

    static func paperMoved(_ what: String, _ account: AccountName, _ amount: String) -> AuditEvent {
        AuditEvent(
            .paperMoved, account: account.text,
            [AuditLine.Field("what", what), AuditLine.Field("amount", amount)])
    }

    static func secretsSealed(_ count: Int, under master: MasterKey) -> AuditEvent {
        AuditEvent(
            .secretsSealed, [AuditLine.Field("master", master.name), AuditLine.Field("codes", "\(count)")])
    }

    static func masterKeyChanged(to master: MasterKey, _ count: AccountStore.Resealed) -> AuditEvent {
        AuditEvent(
            .masterKeyChanged,
            [
                AuditLine.Field("master", master.name), AuditLine.Field("keys", "\(count.keys)"),
                AuditLine.Field("codes", "\(count.codes)"),
            ])
    }

    /// `what` is `key` or `totp`.
    static func secretsForgotten(_ what: String, _ exchange: String?) -> AuditEvent {
        AuditEvent(
            .secretsForgotten,
            [AuditLine.Field("what", what)] + (exchange.map { [AuditLine.Field("exchange", $0)] } ?? []))
    }

    /// By how many milliseconds the machine's clock was set, below zero: back; and how far the desk's time is ahead of it since.
    static func clockStepped(_ step: ClockStep) -> AuditEvent {
        AuditEvent(
            .clockStepped,
            [
                AuditLine.Field("step_ms", "\(step.nanoseconds / 1_000_000)"),
                AuditLine.Field("ahead_ms", "\(step.aheadNanoseconds / 1_000_000)"),
            ])
    }

    static func backup(to path: String) -> AuditEvent { AuditEvent(.backup, [AuditLine.Field("file", path)]) }

    static func rebuilt(_ records: Int) -> AuditEvent {
        AuditEvent(.rebuilt, [AuditLine.Field("records", "\(records)")])
    }

    static func pruned(_ pruned: Pruned, before cut: Timestamp) -> AuditEvent {
        AuditEvent(
            .pruned,
            [
                AuditLine.Field("before", cut.description), AuditLine.Field("orders", "\(pruned.rows.orders)"),
                AuditLine.Field("fills", "\(pruned.rows.fills)"), AuditLine.Field("records", "\(pruned.rows.records)"),
                AuditLine.Field("notifications", "\(pruned.notifications)"),
                AuditLine.Field("foreign_trades", "\(pruned.foreignTrades)"),
            ])
    }
}
