import Accounts
import CommandGrammar
import Conversation
import Exchange
import Trading

/// `paper quote`, `paper trade`, `paper deposit` and what else moves money.
extension DeskCore {
    func runPaper(_ command: PaperCommand, _ context: LineContext) throws -> Reply {
        switch command {
        case .quote(let pair, let bid, let ask):
            guard bid.value <= ask.value else {
                throw Refusal(.outOfRange, "the bid \(bid.value) is above the ask \(ask.value)", at: ask.span)
            }
            try takePaper(.quote(pair.value, bid: bid.value, ask: ask.value))
            return Reply(mark: .done, text: "+ \(pair.value) bid \(bid.value), ask \(ask.value)")
        case .trade(let pair, let price, let amount, let side):
            let trade = MarketTrade(
                pair: pair.value, price: price.value, quantity: amount.value, takerSide: side, at: now)
            try takePaper(.trade(trade))
            return Reply(
                mark: .done,
                text: "+ \(pair.value) traded \(amount.value) at \(price.value)\(side.map { ", \($0.rawValue)" } ?? "")"
            )
        case .transfer(let transfer, let user, let amount, let coin):
            guard let name = AccountName(user.value), let account = try accountStore().account(named: name) else {
                throw Refusal(.unknownUser, "nobody is called \(user.value)", at: user.span)
            }
            do {
                try takePaper(.adjust(account.id, amount.value, coin.value, transfer.reason))
            } catch var refusal as Refusal where refusal.code == .insufficientFunds {
                refusal.span = amount.span
                throw refusal
            }
            try audit(.paperMoved(transfer.rawValue, name, "\(amount.value) \(coin.value)"), of: context)
            let isMore = transfer == .deposit || transfer == .credit
            return Reply(
                mark: .done, text: "+ \(name) has \(amount.value) \(coin.value) \(isMore ? "more" : "less")")
        }
    }
}

extension PaperTransfer {
    var reason: BalanceChangeReason {
        switch self {
        case .deposit: .deposit
        case .withdraw: .withdrawal
        case .credit: .credit
        case .debit: .debit
        }
    }
}
