import Accounts
import Conversation
import Trading

/// `whoami`.
struct WhoamiQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        guard let login = line.login else { throw Refusal(.notLoggedIn, "log in first: login USER") }
        let count = max(1, desk.sessionCount(of: login.account))
        let rights = login.rights == .trade ? "may trade" : "may read"
        return Reply(
            mark: .answer,
            text: "= \(login.name), \(login.role.rawValue), \(rights), \(count) session\(count == 1 ? "" : "s") open",
            fields: [
                "account": .string(login.name.text), "role": .string(login.role.rawValue),
                "rights": .string(login.rights.rawValue), "sessions": .int(Int64(count)),
            ])
    }
}
