import Trading

/// Who reads: in which zone times are said, and whether the exchange is named.
struct Reader {
    let zone: TimeZoneRules
    /// Whether the account trades at more than one exchange, so that an order has to say at which it is.
    let namesExchange: Bool

    /// As `TimeZoneRules.text`.
    func text(of moment: Timestamp, milliseconds: Bool = false) -> String {
        zone.text(of: moment, milliseconds: milliseconds)
    }

    /// As `TimeZoneRules.dateAndTime`.
    func dateAndTime(of moment: Timestamp, milliseconds: Bool = false) -> String {
        zone.dateAndTime(of: moment, milliseconds: milliseconds)
    }

    /// ` on kraken`, or nothing.
    func place(of order: Order) -> String { namesExchange ? " on \(order.exchange)" : "" }
}

extension DeskCore {
    /// ` on kraken` behind a pair, where a line about a market has to say which one it is: the desk has several exchanges, or the line
    /// names one. Nothing where it is obvious.
    func place(of seat: Seat, _ context: LineContext? = nil) -> String {
        seats.count > 1 || context?.isSeatNamed == true ? " on \(seat.name)" : ""
    }

    /// ` on kraken` behind what an account has at one exchange.
    func accountPlace(_ context: LineContext) -> String {
        reader(context).namesExchange ? " on \(context.seat.name)" : ""
    }

    /// Whoever typed a line.
    func reader(_ context: LineContext) -> Reader {
        let names = context.login.map { namesExchange($0.account) } ?? false
        return Reader(zone: zone(context), namesExchange: names || context.isSeatNamed)
    }

    /// Whoever reads what an account is told.
    func reader(of account: AccountID) throws -> Reader {
        Reader(zone: try zone(of: account), namesExchange: namesExchange(account))
    }
}
