import Accounts
import Conversation
import Logging
import Secrets
import Trading

/// The audit log: each line is written in the transaction of what it is about, and said in the log once that is on disk.
extension DeskCore {
    var auditLimits: AuditLimits {
        AuditLimits(rows: configuration.limits.auditRows, days: configuration.limits.auditDays)
    }

    /// Keeps an event as it is.
    func audit(_ event: AuditEvent, times: Int64 = 1) throws {
        let entry = try accountStore().audit(event, times: times, limits: auditLimits, at: now)
        people.auditBook.keep(entry, times: times)
    }

    /// Keeps what a line did.
    func audit(_ event: AuditEvent, of context: LineContext) throws { try audit(event, context.session) }

    /// Keeps what whoever is logged in to a session did. `account` is whose it is where the session may be gone.
    func audit(_ event: AuditEvent, _ id: SessionID, of account: AccountID? = nil) throws {
        var event = event
        let session = people.sessions[id]
        let name = try session?.login?.name ?? account.flatMap { try accountStore().account($0)?.name }
        event.account = event.account ?? name?.text
        event.actor = event.actor ?? (event.kind == .sessionEnded ? nil : name.map { .account($0) })
        event.address = session?.peer.address
        try audit(event)
    }

    /// A login that succeeded: with a password, with that and a code, or with a token, which may have come with the handshake.
    func auditLogin(_ id: SessionID, with token: Token? = nil, _ presented: Secret? = nil) throws {
        guard let session = people.sessions[id], let login = session.login else { return }
        let way: String
        if let presented {
            way = session.peer.bearerToken.map { Secret($0) } == presented ? "bearer" : "token"
        } else {
            way = try accountStore().hasOneTimeSecret(login.account) ? "password+code" : "password"
        }
        var details = [AuditLine.Field("way", way)]
        if let token { details.append(AuditLine.Field("token", token.name.text)) }
        details.append(AuditLine.Field("rights", login.rights.rawValue))
        if let agent = session.peer.userAgent { details.append(AuditLine.Field("agent", agent)) }
        try audit(AuditEvent(.login, details), id)
    }

    /// The settings that guard an account, and the one that says where its orders go.
    private static let auditedSettings: Set<String> = ["daily", "exchange", "guard", "pairs"]

    func auditSetting(_ name: String, _ value: String?, _ context: LineContext) throws {
        guard DeskCore.auditedSettings.contains(name) else { return }
        try audit(
            AuditEvent(.settingChanged, [AuditLine.Field("name", name), AuditLine.Field("value", value ?? "off")]),
            of: context)
    }

    // MARK: What waits for nothing else to be written

    /// Keeps an attempt that changes nothing, within a second: whoever makes thousands of them costs the disk no more writes than one.
    func auditLater(_ event: AuditEvent) { people.auditBook.put(event) }

    /// Once a second, with the rest of the housekeeping; and when the desk stops.
    func flushAudit() throws {
        guard people.auditBook.hasDeferred, now >= people.auditBook.nextFlush || halt == .stopping else { return }
        people.auditBook.nextFlush = now.advanced(bySeconds: Upkeep.lookSeconds)
        for one in people.auditBook.takeDeferred() { try audit(one.event, times: one.times) }
    }

    /// What the operator's command line has done beside this desk is said in its log too.
    func hearOperatorActs() throws {
        let store = try accountStore()
        let newest = try store.lastAuditNumber()
        guard newest > people.auditBook.lastSeen else { return }
        for entry in try store.auditEntriesOfOperator(after: people.auditBook.lastSeen, atMost: 100) {
            people.auditBook.keep(entry, times: entry.count)
        }
        people.auditBook.lastSeen = newest
    }

    // MARK: The log

    /// After the sync. A line that goes on counting is said again when it has ten times as many.
    func tellAudit() {
        for kept in people.auditBook.takeUnsaid() {
            guard
                kept.entry.count == kept.times || "\(kept.entry.count)".count > "\(kept.entry.count - kept.times)".count
            else { continue }
            configuration.auditLog?.notice("\(kept.entry)")
        }
    }
}
