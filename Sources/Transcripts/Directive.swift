import Accounts
import CommandGrammar
import Conversation
import Desk
import Exchange
import Trading

/// An `@` line of a transcript.
///
/// The market is the paper exchange's:
///
/// - `@market PAIR BID ASK` sets the quote of the world outside.
/// - `@trade PAIR PRICE AMOUNT [buy|sell]` prints a trade there; the side is the taker's.
/// - `@fee PAIR 0.2%` sets the fee for orders that are placed from then on.
/// - `@pair PAIR tick 0.001 step 0.00000001 min 0.01 [value 1] [fee 0.2%]` adds a pair, or changes its rules.
/// - `@tape [PAIR=]FILE [speed N]` plays a tape along with the clock, from the beginning of the transcript on. The file is
///   looked for from the transcript's folder.
///
/// People and sessions; whoever is made first is in view until somebody types:
///
/// - `@user NAME [viewer|trader|admin] [funds 1000 usd, 0 btc]` makes an account, whose password is `NAME-password`, and opens
///   a session of the same name that is logged in. A trader unless said otherwise.
/// - `@deposit USER AMOUNT COIN` gives more.
/// - `@session NAME USER [text|json]` opens another session of an account, logged in.
/// - `@connect NAME [text|json]` opens a session that nobody is logged in on.
/// - `@close NAME` closes a session from the client's side. The name may be used again.
///
/// Keys at an exchange other than paper; orders go to paper all the same:
///
/// - `@keys EXCHANGE [unsealed]` makes the desk keep keys for that exchange, from the beginning of the transcript on; `unsealed`:
///   its operator has given it no master key.
/// - `@key KEY SECRET WHAT...` says what that exchange answers when it is asked about a key: some of `info`, `trade` and
///   `withdraw`, or `silence`. Keys that it was not told of it does not know.
///
/// - `@registration open` lets people make accounts of their own, from the beginning of the transcript on.
///
/// The clock and the server:
///
/// - `@at 2026-08-30 17:00[:30] [ZONE]` sets the clock. The first one, if nobody has typed or waited before it, is when the
///   transcript begins, wherever it stands; otherwise the clock goes there as by `@wait`. The zone of the first one is that
///   of accounts that have set none. Without any, it begins on Monday, 2026-01-05 12:00 UTC.
/// - `@wait DURATION` lets time pass. Whatever is due on the way happens at its own time.
/// - `@restart [after DURATION]` kills the server between two writes, as the power going off would, and starts it again
///   on what is on the disk, at once or that much later. Sessions open again and those that were logged in with `@user` or
///   `@session` log in again, unless they had logged out. Nothing is seen of that but what the account was not told before: each
///   of its sessions gets that from where it left off, as by `resume`. A session made by `@connect` has to log in by itself.
/// - `@prune DURATION` does the same with `outcry prune --older-than DURATION` while the server is down.
enum Directive: Hashable, Sendable {
    case market(Pair, bid: ExactDecimal, ask: ExactDecimal)
    case trade(Pair, price: ExactDecimal, amount: ExactDecimal, Side?)
    /// 0.002 is 0.2%.
    case fee(Pair, ExactDecimal)
    case pair(PairRules)
    case tape(TapeFile)
    case user(AccountName, Role, funds: [Money])
    case deposit(AccountName, Money)
    case session(String, user: AccountName, WireFormat)
    case connect(String, WireFormat)
    case close(String)
    case keys(String, isSealed: Bool)
    case key(String, secret: String, KeyVerdict)
    case registrationOpen
    case at(ClockSetting)
    case wait(nanoseconds: Int64)
    case restart(afterNanoseconds: Int64)
    case prune(olderThanNanoseconds: Int64)

    struct Money: Hashable, Sendable {
        var amount: ExactDecimal
        var coin: Coin
    }

    struct TapeFile: Hashable, Sendable {
        var path: String
        var pair: Pair?
        var speed: ExactDecimal
    }

    /// A date and a time of day, in a zone that may have been named elsewhere.
    struct ClockSetting: Hashable, Sendable {
        var date: CivilDate
        var time: ClockTime
        var second: Int64
        var zone: TimeZoneRules?

        /// When that is. Refused where clocks jump over it.
        func moment(in zone: TimeZoneRules) throws(Refusal) -> Timestamp {
            try (self.zone ?? zone).moment(of: .date(date, time), before: Timestamp(seconds: 0), at: nil).at
                .advanced(bySeconds: second)
        }
    }

    /// The session that it makes.
    var sessionMade: String? {
        switch self {
        case .user(let name, _, _): name.text
        case .session(let name, _, _), .connect(let name, _): name
        default: nil
        }
    }

    /// Whether it can be done to a server that somebody else runs.
    var isLive: Bool {
        switch self {
        case .connect, .close: true
        default: false
        }
    }
}

/// Why an `@` line cannot be read.
struct DirectiveError: Error {
    let message: String
}
