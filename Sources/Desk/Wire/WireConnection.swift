import Accounts
import Conversation
import Exchange
import Logging
import Trading

/// What everybody is told when an exchange goes silent.
extension Seat {
    /// Told once to every account, and once more when it is over. Orders at the exchange stay as they are, and nothing is guessed
    /// of them meanwhile.
    func takeConnection(_ connection: ExchangeConnection) throws {
        guard wire != nil else { return }
        switch connection {
        case .lost(let since, let reason):
            guard wire?.isLost == false else { return }
            wire?.isLost = true
            let reason = reason.printable
            log.warning("\(name) has not answered since \(since): \(reason)")
            let fields: JSONObject = [
                "exchange": .string(name), "since": .string(since.description), "reason": .string(reason),
            ]
            try desk.tell(wiredAccounts, event: "feed_lost", fields) { zone in
                """
                * feed lost: \(name) has not answered since \(zone.dateAndTime(of: since)) (\(reason)); what is open \
                there stays there
                """
            }
        case .back(let lostAt):
            guard wire?.isLost == true else { return }
            wire?.isLost = false
            log.notice("\(name) answers again, lost since \(lostAt)")
            let fields: JSONObject = ["exchange": .string(name), "since": .string(lostAt.description)]
            try desk.tell(wiredAccounts, event: "feed_back", fields) { zone in
                "* feed back: \(name) answers again; it was lost at \(zone.dateAndTime(of: lostAt))"
            }
        }
    }

    /// All of them: who has no key here may have an alert, or orders on paper at these prices.
    private var wiredAccounts: [AccountID] { wire?.accounts.keys.sorted() ?? [] }

    /// An account's key can send only so much more.
    func takeKeyEnding(_ account: AccountID, requestsLeft: UInt64) throws {
        log.warning("the key of \(account) at \(name) has \(requestsLeft) requests left")
        guard wire?.accounts[account] != nil else { return }
        try desk.notify(
            account, event: "key_ending", order: nil,
            text: """
                * your key at \(name) is running out of nonces: \(requestsLeft) requests are left; make a new one there \
                and set it here
                """,
            fields: ["exchange": .string(name), "requests_left": .int(Int64(clamping: requestsLeft))], at: now)
    }
}

extension DeskCore {
    /// Tells some accounts of something that is no order's, each in the times of its own zone.
    func tell(
        _ accounts: [AccountID], event: String, _ fields: JSONObject, _ text: (TimeZoneRules) -> String
    ) throws {
        for account in accounts {
            try notify(account, event: event, order: nil, text: text(try zone(of: account)), fields: fields, at: now)
        }
    }
}
