import Accounts
import CommandGrammar
import Conversation
import Exchange
import OrderEngine
import Trading

/// `use`: where an account trades.
extension DeskCore {
    func runUse(_ name: Located<String>?, _ context: LineContext) throws -> Reply {
        let account = try context.account()
        guard let name else {
            let seat = currentSeat(of: account)
            let others = seats.filter { $0 !== seat }.map(\.name)
            let more = others.isEmpty ? "" : "; use \(others.joined(separator: ", use "))"
            return Reply(
                mark: .answer, text: "= you trade on \(seat.name)\(more)", fields: ["exchange": .string(seat.name)])
        }
        let stored = try chooseSeat(name, account)
        try accountStore().set("exchange", to: stored, for: account)
        try auditSetting("exchange", stored, context)
        let seat = currentSeat(of: account)
        return Reply(
            mark: .done, text: "+ lines without on EXCHANGE are for \(seat.name) from now on",
            fields: ["exchange": .string(seat.name)])
    }

    /// Sets where an account trades, and says as what that is kept. Refuses with `unknown_exchange`.
    func chooseSeat(_ name: Located<String>, _ account: AccountID) throws(Refusal) -> String? {
        guard let seat = ExchangeID(name.value).flatMap({ self.seat($0) }) else { throw unknownExchange(name) }
        people.accounts[account]?.exchange = seat.id
        return seat.name
    }
}
