import CommandGrammar
import Exchange
import Testing
import Trading

@testable import Desk

/// Each command either does something with `on EXCHANGE` or refuses it.
@Suite struct ExchangeScopeTests {
    struct Row: Sendable {
        let line: String
        let scope: ExchangeScope

        init(_ line: String, _ scope: ExchangeScope) {
            self.line = line
            self.scope = scope
        }
    }

    /// A line for every command; a new one needs a row.
    static let rows: [Row] = [
        Row("buy 1 btc_usd at 200", .one), Row("sell 1 btc_usd at 300", .one),
        Row("slice buy 1 btc_usd 100..110 x2", .one),
        Row("pair buy 1 btc_usd at 200", .one), Row("stop sell 1 btc_usd at 100", .one),
        Row("trail sell 1 btc_usd by 5%", .one), Row("price", .one), Row("price btc_usd", .one),
        Row("depth btc_usd", .one), Row("tape btc_usd", .one), Row("pairs", .one), Row("fee btc_usd", .one),
        Row("chart btc_usd", .one), Row("chart funds btc", .one), Row("watch btc_usd", .one),
        Row("unwatch btc_usd", .one), Row("alert btc_usd above 900", .one), Row("fund btc", .one),
        Row("report drift", .one),
        Row("orders", .all), Row("report", .all), Row("funds", .all), Row("summary", .all), Row("exchanges", .all),
        Row("trades", .all), Row("transactions", .all), Row("export trades", .all), Row("chart equity", .all),
        Row("unwatch all", .all), Row("alerts", .all), Row("jobs", .all), Row("undo", .all), Row("cancel all", .all),
        Row("cancel stops", .all), Row("cancel foreign 7", .all),
        Row("cancel 1", .whereItIs), Row("move 1 to 199", .whereItIs), Row("contra 1 at 300", .whereItIs),
        Row("order 1", .whereItIs), Row("why 1", .whereItIs), Row("alert drop 1", .whereItIs),
        Row("paper quote btc_usd 1 2", .paper), Row("panic", .everywhere),
        Row("go", .none), Row("resume", .none), Row("resume 1", .none), Row("use lossy", .none), Row("settings", .none),
        Row("inbox", .none), Row("time", .none), Row("version", .none), Row("tokens", .none), Row("whoami", .none),
        Row("logout", .none), Row("quit", .none), Row("? funds", .all), Row("? inbox", .none),
        Row("login ann a-word", .none), Row("register ann a-word", .none), Row("password", .none),
        Row("keys lossy", .none), Row("token new bot", .none), Row("totp on", .none), Row("alias b = buy 1 btc", .none),
        Row("set guard 5%", .none), Row("help buy", .none),
    ]

    /// What stands behind these is the command's own: a password, a value, words of an alias.
    static let haveWordsOfTheirOwn: Set<String> = [
        "login", "register", "password", "keys", "token", "totp", "alias", "set", "help",
    ]

    @Test func `every command of the language is in the table`() {
        let words = Set(Self.rows.map { CommandWord.first(of: $0.line) })
        #expect(Set(commandWords.map { $0 == "?" ? "preview" : $0 }).subtracting(words).sorted() == [])
    }

    @Test func `on EXCHANGE is taken, or refused with a code, as the table says`() throws {
        let two = try TwoSeats()
        let desk = try #require(two.bench.desk)
        for row in Self.rows {
            let word = CommandWord.first(of: row.line)
            let plain = desk.read(row.line, of: two.bench.account)
            #expect(plain.parsed.command?.exchangeScope == row.scope, "\(row.line): \(plain.parsed)")
            let read = desk.read(row.line + " on lossy", of: two.bench.account)
            switch row.scope {
            case .one, .all, .whereItIs:
                #expect(read.parsed.command != nil, "\(row.line)")
                #expect(read.seat.id == "lossy", "\(row.line)")
            case .everywhere: #expect(read.parsed.command != nil, "\(row.line)")
            case .paper: #expect(read.parsed.refusal?.code == .paperOnly, "\(row.line)")
            case .none where Self.haveWordsOfTheirOwn.contains(word):
                #expect(read.parsed.exchange == nil, "\(row.line)")
            case .none:
                #expect(read.parsed.refusal?.code == .unexpectedWord, "\(row.line)")
                #expect(read.parsed.refusal?.message.hasSuffix("leave out on lossy") == true, "\(row.line)")
            }
        }
    }

    @Test func `the words of lines over all exchanges that name pairs are those of the table`() {
        let parser = CommandParser(vocabulary: Vocabulary(pairs: ["btc_usd"], quote: "usd"))
        for row in Self.rows {
            for line in [row.line + " btc_usd", row.line + " all btc_usd"] {
                guard let command = parser.parse(line).command, command.exchangeScope == .all else { continue }
                #expect(DeskCore.wordsOverAll.contains(command.verb), "\(line)")
            }
        }
    }

    @Test func `what a previewed line has of its own is no exchange's name`() throws {
        let two = try TwoSeats()
        let read = try #require(two.bench.desk).read("? alias b = buy 1 btc_usd on lossy", of: two.bench.account)
        guard case .preview(.alias(_, let command), _)? = read.parsed.command else {
            Issue.record("\(read.parsed)")
            return
        }
        #expect(command.value == "buy 1 btc_usd on lossy")
        #expect(read.parsed.exchange == nil)
    }

    @Test func `a refused name is said with what the command does`() throws {
        let two = try TwoSeats()
        #expect(
            two.typed("resume on lossy") == """
                ! resume takes no exchange; leave out on lossy
                  resume on lossy
                            ^^^^^
                  a panic is lifted at all exchanges
                """)
        _ = two.typed("? buy 0.1 btc_usd at 190")
        #expect(two.typed("go on lossy").hasPrefix("! go takes no exchange; leave out on lossy"))
        #expect(two.typed("go") == "+ #1 buy 0.1 btc_usd at 190 on paper")
        #expect(two.typed("paper quote btc_usd 1 2 on lossy").hasPrefix("! lossy is no paper exchange"))
        #expect(
            two.typed("set pairs btc_usd on lossy").hasPrefix("! pairs are set for all exchanges; leave out on lossy"))
        #expect(two.typed("settings").contains("pairs       all"))
    }

    @Test func `panic stops all exchanges whatever stands behind it, and says so`() throws {
        let two = try TwoSeats()
        _ = two.typed("buy 0.1 btc_usd at 190")
        let told = two.typed("panic on lossy")
        #expect(told.hasPrefix("+ panic: 1 order being canceled (1 on paper)"), "\(told)")
        #expect(told.hasSuffix("\n  panic is for all exchanges: whatever is typed behind it is ignored"), "\(told)")
        _ = two.typed("resume")
        #expect(two.typed("panic going on holiday").hasPrefix("+ panic: "))
    }
}
