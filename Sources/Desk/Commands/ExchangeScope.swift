import CommandGrammar
import Trading

/// What `on EXCHANGE` at the end of a line does to a command.
enum ExchangeScope: Hashable {
    /// The command is about one exchange: the named one, or else the account's current one.
    case one
    /// About all exchanges, unless the line names one.
    case all
    /// About something that has a number, wherever it is; a name has to be that of its exchange.
    case whereItIs
    /// About the paper exchange.
    case paper
    /// Whatever stands behind the command is ignored: it acts at all exchanges, and its reply says so.
    case everywhere
    /// Not about exchanges: a line that names one is refused.
    case none
}

extension Command {
    /// What a line's `on EXCHANGE` does to it.
    ///
    /// Exhaustive on purpose: whoever adds a command decides, and adds it to the table of `ExchangeScopeTests`.
    var exchangeScope: ExchangeScope {
        switch self {
        case .place, .reportDrift, .fund, .price, .depth, .tape, .pairs, .fee,
            .chart(.pair, _), .chart(.coin, _), .watch, .unwatch(.some), .alert:
            .one
        case .cancel(.all), .cancel(.kind), .cancel(.foreign), .undo, .orders, .report, .funds, .summary, .exchanges,
            .trades, .transactions, .export, .chart(.equity, _), .unwatch(nil), .alerts, .jobs:
            .all
        case .cancel(.orders), .move, .contra, .orderDetail, .why, .alertDrop: .whereItIs
        case .paper: .paper
        case .panic: .everywhere
        case .login, .register, .logout, .quit, .whoami, .password, .tokenNew, .tokens, .tokenDrop, .go, .resume, .use,
            .settings, .set, .keys, .keysSet, .keysDrop, .inbox, .help, .time, .version, .alias, .aliases, .aliasDrop,
            .twoFactor:
            .none
        case .preview(let inner, _): inner.exchangeScope
        }
    }

    /// Whether it takes off all that there is, of a kind or of every kind.
    var isOverAll: Bool {
        switch self {
        case .cancel(.all), .cancel(.kind): true
        default: false
        }
    }

    /// Why a line with this command may not name an exchange, or not that one; nil where it may.
    func refusal(ofExchange name: Located<String>, at seat: Seat) -> Refusal? {
        switch exchangeScope {
        case .one, .all, .whereItIs, .everywhere: return nil
        case .paper:
            return seat.paper == nil ? Refusal(.paperOnly, "\(seat.name) is no paper exchange", at: name.span) : nil
        case .none:
            return Refusal(
                .unexpectedWord, "\(notOfExchanges.verb) takes no exchange; leave out on \(name.value)", at: name.span,
                details: notOfExchanges.reason)
        }
    }

    /// The command that takes no exchange, and why where that is not obvious.
    private var notOfExchanges: (verb: String, reason: [String]) {
        switch self {
        case .preview(let inner, _): inner.notOfExchanges
        case .go: (verb, ["go does what was previewed or offered, at the exchange of that line"])
        case .resume(from: nil): (verb, ["a panic is lifted at all exchanges"])
        case .use: (verb, ["use EXCHANGE sets where lines go that name no exchange"])
        default: (verb, [])
        }
    }
}
