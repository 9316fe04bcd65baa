import Exchange
import Secrets
import Trading

/// What an account's key may do, as the exchange says it in passing.
extension BtceGateway {
    /// getInfo has said what the key may do.
    func noteRights(_ rights: KeyRights, _ account: TradedAccount) {
        guard account.toldRights != rights else { return }
        account.toldRights = rights
        turn.reports.append(.keyRights(account: account.id, ExchangeKeyRights(rights)))
    }

    /// A request was refused for want of a right. The others stay what they were; where nobody has said them yet, nothing is said.
    func noteMissing(_ right: KeyRights.Name, _ account: TradedAccount) {
        guard let known = account.toldRights else { return }
        noteRights(known.without(right), account)
    }
}
