import Trading
import Venue

/// The accounts as they were typed: each `--account` with the `--funds` and `--rights` that follow it. The parser of the
/// arguments does not tell the order among options of different names, so it is read from the arguments themselves.
struct VenueAccountOptions {
    private(set) var accounts: [VenueAccount] = []

    private struct Draft {
        let name: String
        var funds: String?
        var rights: String?
    }

    init(_ arguments: [String]) throws {
        var drafts: [Draft] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { break }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard ["--account", "--funds", "--rights"].contains(parts[0]) else { continue }
            guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else { break }
            if parts[0] == "--account" {
                drafts.append(Draft(name: value))
                continue
            }
            guard var draft = drafts.popLast() else {
                throw Failure("\(parts[0]) \(value) stands before any --account")
            }
            guard (parts[0] == "--funds" ? draft.funds : draft.rights) == nil else {
                throw Failure("two \(parts[0]) for one --account")
            }
            if parts[0] == "--funds" { draft.funds = value } else { draft.rights = value }
            drafts.append(draft)
        }
        for draft in drafts { accounts.append(try VenueAccountOptions.account(draft)) }
        for (index, account) in accounts.enumerated()
        where accounts[..<index].contains(where: { $0.key == account.key }) {
            throw Failure("the key \(account.key) comes twice")
        }
    }

    private static func account(_ draft: Draft) throws -> VenueAccount {
        let parts = draft.name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let plain = VenueAccount(key: parts[0], secret: parts[1]) else {
            throw Failure("--account takes KEY:SECRET, the key without spaces, not \(parts[0])")
        }
        var rights = plain.rights
        if let names = draft.rights {
            rights = []
            for name in names.split(separator: ",").map({ $0.filter { $0 != " " } }) {
                guard let right = KeyRight(rawValue: String(name)) else {
                    throw Failure("no right \(name); expected info, trade or withdraw")
                }
                rights.insert(right)
            }
        }
        let funds = try UserCommand.funds(draft.funds ?? "")
        if let one = funds.first(where: { $0.0 > TapiVenue.amountMax }) {
            throw Failure("--funds takes at most \(TapiVenue.amountMax) of a coin, not \(one.0) \(one.1)")
        }
        guard let account = VenueAccount(key: parts[0], secret: parts[1], rights: rights, funds: funds.map { ($0, $1) })
        else { throw Failure("--account takes KEY:SECRET") }
        return account
    }
}
