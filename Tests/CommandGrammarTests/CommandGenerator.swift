import CommandGrammar
import Trading

/// Commands at random, every case of them, from a seed. Spans are left at zero: the parser fills them in.
struct CommandGenerator {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private mutating func chance(_ one: Int) -> Bool { below(one) == 0 }

    private mutating func maybe<Value>(_ make: (inout CommandGenerator) -> Value) -> Value? {
        chance(2) ? make(&self) : nil
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    private func located<Value>(_ value: Value) -> Located<Value> { Located(value, at: Span(column: 0, length: 0)) }

    mutating func decimal() -> ExactDecimal {
        switch below(4) {
        case 0: ExactDecimal(1 + below(1_000_000))
        case 1: ExactDecimal(units: Int128(1 + below(1_000_000_000)) * 10_000_000_000)
        case 2: ExactDecimal(units: Int128(1 + below(Int.max - 1)))
        default: ExactDecimal(units: Int128(1 + below(Int.max - 1)) * 1_000_003)
        }
    }

    private mutating func percent() -> ExactDecimal {
        ExactDecimal(units: Int128(1 + below(999)) * 100_000_000_000_000_000)
    }

    private mutating func pair() -> Located<Pair> { located(pick(sampleVocabulary.pairs)) }
    private mutating func order() -> Located<OrderID> { located(OrderID(UInt64(1 + below(1_000_000)))) }
    private mutating func number() -> UInt64 { UInt64(1 + below(Int.max - 1)) }
    private mutating func name() -> String { pick(["ana", "bot-7", "x.y_z", "B"]) }
    private mutating func kind() -> OrderKind { pick(OrderKind.allCases) }
    private mutating func side() -> Side { pick(Side.allCases) }
    private mutating func rows() -> Int { 1 + below(10_000) }
    private mutating func seconds() -> Int64 { Int64(1 + below(10_000_000)) }

    private mutating func amount() -> Located<AmountExpression> {
        switch below(4) {
        case 0: located(.quote(decimal()))
        case 1: located(.percent(percent()))
        case 2: located(.all)
        default: located(.base(decimal()))
        }
    }

    private mutating func price(allowsMarket: Bool) -> Located<PriceExpression> {
        switch below(allowsMarket ? 4 : 3) {
        case 0: located(.limit(decimal()))
        case 1: located(.relative(to: pick(PriceReference.allCases), offset: nil))
        case 2: located(.relative(to: pick(PriceReference.allCases), offset: offset()))
        default: located(.market)
        }
    }

    private mutating func offset() -> PriceOffset {
        switch below(4) {
        case 0: .percent(percent())
        case 1: .percent(-percent())
        case 2: .absolute(decimal())
        default: .absolute(-decimal())
        }
    }

    private mutating func clock() -> ClockTime { ClockTime(hour: below(24), minute: below(60))! }

    private mutating func when() -> Located<When> {
        switch below(4) {
        case 0: located(.clock(clock()))
        case 1: located(.tomorrow(maybe { $0.clock() }))
        case 2: located(.weekday(below(7), maybe { $0.clock() }))
        default: located(.date(CivilDate(daysSince1970: Int64(below(100_000))), maybe { $0.clock() }))
        }
    }

    private mutating func conditions(isAtMarket: Bool, immediate: Bool, post: Bool) -> OrderConditions {
        var conditions = OrderConditions()
        conditions.overridesGuard = chance(4)
        if isAtMarket {
            conditions.isFillOrKill = immediate && chance(4)
            return conditions
        }
        switch below(6) {
        case 0: conditions.expiry = located(.until(when().value))
        case 1: conditions.expiry = located(.forSeconds(seconds()))
        case 2: conditions.expiry = located(.day)
        case 3 where immediate: conditions.isImmediateOrCancel = true
        case 4 where immediate: conditions.isFillOrKill = true
        default: break
        }
        conditions.isPostOnly =
            post && !conditions.isImmediateOrCancel && !conditions.isFillOrKill && chance(3)
        return conditions
    }

    private mutating func clause() -> StopClause {
        let trigger = price(allowsMarket: false)
        switch below(3) {
        case 0: return StopClause(trigger: trigger, then: located(.market))
        case 1: return StopClause(trigger: trigger, then: price(allowsMarket: false))
        default: return StopClause(trigger: trigger)
        }
    }

    private mutating func orderCommand(isEntry: Bool) -> OrderCommand {
        let price = price(allowsMarket: true)
        let isAtMarket = price.value == .market
        let hasStop = !isEntry && !isAtMarket && chance(3)
        return OrderCommand(
            side: side(), amount: amount(), pair: pair(), price: price, stop: hasStop ? clause() : nil,
            conditions: conditions(isAtMarket: isAtMarket, immediate: !isEntry && !hasStop, post: true))
    }

    private mutating func range() -> Located<PriceRange> {
        let low = decimal()
        return located(PriceRange(low: low, high: low + decimal(), includesHigh: chance(2)))
    }

    private mutating func history(hasPair: Bool) -> HistoryQuery {
        var query = HistoryQuery()
        if hasPair { query.pair = maybe { $0.pair() } }
        query.last = maybe { $0.rows() }
        query.since = maybe { $0.when() }
        query.until = maybe { $0.when() }
        query.fromID = maybe { UInt64(1 + $0.below(1_000)) }
        query.toID = maybe { UInt64(1_000 + $0.below(1_000)) }
        query.oldestFirst = chance(2)
        return query
    }

    private mutating func pairs() -> [Located<Pair>] {
        sampleVocabulary.pairs.shuffled(using: &random).prefix(1 + below(3)).map { located($0) }
    }

    static let caseCount = 49

    /// A command of the case with this number, from 0 to `caseCount` - 1.
    mutating func command(_ number: Int) -> Command {
        switch number {
        case 0: return .login(.password(user: name(), password: maybe { $0.pick(["a // b", "p", "é  x", "[k] y"]) }))
        case 1 where chance(2): return .register(user: name(), password: maybe { $0.pick(["a // b", "p"]) })
        case 1: return .login(.token(name()))
        case 2:
            return .tokenNew(name: name(), scope: pick(TokenScope.allCases), lifetimeSeconds: maybe { $0.seconds() })
        case 3: return .tokenDrop(name: name())
        case 4, 5, 6: return .place(.order(orderCommand(isEntry: false)))
        case 7:
            return .place(
                .slice(
                    SliceCommand(
                        side: maybe { $0.side() }, amount: amount(), pair: pair(), range: range(),
                        count: located(1 + below(100_000)),
                        conditions: conditions(isAtMarket: false, immediate: false, post: true))))
        case 8:
            return .place(
                .pair(
                    PairCommand(
                        entry: orderCommand(isEntry: true), contraPrice: maybe { $0.price(allowsMarket: false) })))
        case 9: return .contra(order: order(), price: price(allowsMarket: true), overridesGuard: chance(4))
        case 10:
            return .place(
                .stop(
                    StopCommand(
                        side: side(), amount: amount(), pair: pair(), clause: clause(),
                        conditions: conditions(isAtMarket: false, immediate: false, post: false))))
        case 11:
            let distance: PriceOffset = chance(2) ? .percent(percent()) : .absolute(decimal())
            var conditions = conditions(isAtMarket: false, immediate: false, post: false)
            conditions.overridesGuard = false
            return .place(
                .trail(
                    TrailCommand(
                        side: side(), amount: amount(), pair: pair(), distance: located(distance),
                        conditions: conditions)))
        case 12: return .cancel(.orders([order(), located(OrderID(1_000_001 + UInt64(below(9))))]))
        case 13: return .cancel(.all(pair: maybe { $0.pair() }))
        case 14 where chance(3): return .cancel(.foreign(id: located("\(below(1_000_000))")))
        case 14: return .cancel(.kind(kind()))
        case 15 where chance(3):
            return .move(order: order(), change: .trigger(price(allowsMarket: false)), overridesGuard: chance(4))
        case 15: return .move(order: order(), change: .price(price(allowsMarket: false)), overridesGuard: chance(4))
        case 16: return .move(order: order(), change: .amount(located(.base(decimal()))), overridesGuard: false)
        case 17: return .orders(kind: maybe { $0.kind() }, pair: maybe { $0.pair() })
        case 18: return .orderDetail(order())
        case 19: return .why(order())
        case 20:
            return .report(
                ReportQuery(
                    kind: maybe { $0.kind() }, pair: maybe { $0.pair() }, last: maybe { $0.rows() },
                    since: maybe { $0.when() }, until: maybe { $0.when() }))
        case 21:
            let inner = command(4 + below(14))
            return .preview(inner, line: CommandPrinter.line(inner))
        case 22: return .resume(from: maybe { $0.number() })
        case 23: return .fund(located(pick(sampleVocabulary.coins)))
        case 24: return .trades(history(hasPair: true))
        case 25: return .transactions(history(hasPair: false))
        case 26: return .price(maybe { $0.pair() })
        case 27: return .depth(pair(), rows: maybe { $0.rows() })
        case 28: return .tape(pair(), rows: maybe { $0.rows() })
        case 29: return .fee(pair())
        case 30:
            let subject: ChartSubject =
                chance(2) ? .pair(pair()) : .coin(located(pick(sampleVocabulary.coins)))
            return .chart(subject, durationSeconds: maybe { $0.seconds() })
        case 31: return .watch(pairs())
        case 32: return .unwatch(maybe { $0.pairs() })
        case 33: return .alert(pair: pair(), direction: pick(AlertDirection.allCases), price: located(decimal()))
        case 34: return .alertDrop(number: self.number())
        case 35:
            return .set(
                name: located(pick(CommandParser.settingNames)),
                value: located(pick(["Europe/Madrid", "10%", "a b c"])))
        case 36: return .keys(exchange: maybe { $0.pick(["btce", "paper"]) })
        case 37: return .keysSet(exchange: "btce", key: name(), secret: pick(["s // t", "u", "é"]))
        case 38: return .keysDrop(exchange: "btce")
        case 39: return .inbox(count: maybe { $0.rows() })
        case 40: return .help(topic: maybe { $0.located($0.pick(commandWords)) }, isFull: chance(3))
        case 41 where chance(3): return .aliasDrop(name: located(name().lowercased()))
        case 41 where chance(3): return .twoFactor(maybe { $0.pick(TwoFactorChange.allCases) })
        case 41: return .alias(name: located(name().lowercased()), command: located("buy 1 btc at bid"))
        case 42:
            let bid = decimal()
            return .paper(.quote(pair: pair(), bid: located(bid), ask: located(bid + decimal())))
        case 43:
            return .paper(
                .trade(
                    pair: pair(), price: located(decimal()), amount: located(decimal()), takerSide: maybe { $0.side() })
            )
        case 44:
            return .paper(
                .transfer(
                    pick(PaperTransfer.allCases), user: located(name()), amount: located(decimal()),
                    coin: located(pick(sampleVocabulary.coins))))
        case 45:
            return .export(
                ExportQuery(
                    subject: pick(ExportQuery.Subject.allCases), since: maybe { $0.when() },
                    format: pick(ExportQuery.Format.allCases)))
        default:
            return pick([
                .logout, .whoami, .password(keepsTokens: chance(2)), .tokens, .go, .undo, .panic, .funds, .summary,
                .pairs, .alerts, .settings,
                .time, .version, .jobs, .reportDrift, .exchanges, .use(exchange: nil),
                .use(exchange: located("kraken")),
            ])
        }
    }
}
