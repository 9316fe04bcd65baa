import Exchange
import Trading

/// A record as words: `1772316000000000000 order 1 btc_usd buy 230 0.5`.
extension VenueRecord {
    var words: String { "\(at.nanoseconds) \(entry.words)" }

    init?(words text: String) {
        var words = WordReader(text)
        guard let nanoseconds = words.next().flatMap({ Int64($0) }), let entry = VenueEntry(&words), words.isOver else {
            return nil
        }
        self.init(at: Timestamp(nanoseconds: nanoseconds), entry)
    }
}

/// Takes the words of a line one by one.
struct WordReader {
    private var words: ArraySlice<Substring>

    init(_ text: String) { words = text.split(separator: " ", omittingEmptySubsequences: false)[...] }

    var isOver: Bool { words.isEmpty }

    mutating func next() -> String? { words.popFirst().map(String.init) }
    mutating func decimal() -> ExactDecimal? { next().flatMap { ExactDecimal($0) } }
    mutating func number() -> UInt64? { next().flatMap { UInt64($0) } }
    mutating func account() -> AccountID? { next().flatMap { Int64($0) }.map { AccountID($0) } }
    mutating func pair() -> Pair? { next().flatMap { Pair($0) } }
    mutating func coin() -> Coin? { next().flatMap { Coin($0) } }
    mutating func side() -> Side? { next().flatMap { Side(rawValue: $0) } }
    mutating func status() -> TransactionStatus? { next().flatMap { TransactionStatus(name: $0) } }
}

extension VenueEntry {
    var words: String {
        switch self {
        case .account(let key): "account \(key)"
        case .pair(let pair): "pair \(pair.words)"
        case .money(let account, let amount, let coin, let reason):
            "money \(account.rawValue) \(amount) \(coin) \(reason.rawValue)"
        case .transaction(let account, let amount, let coin, let reason, let status, let text):
            "transaction \(account.rawValue) \(amount) \(coin) \(reason.rawValue) \(status.name) \(EscapedText.word(text))"
        case .settle(let number, let status): "settle \(number) \(status.name)"
        case .orderRows: "order_rows"
        case .rights(let account, let rights): "rights \(account.rawValue) \(rights.word)"
        case .nonce(let account, let nonce): "nonce \(account.rawValue) \(nonce)"
        case .order(let account, let pair, let side, let price, let quantity):
            "order \(account.rawValue) \(pair) \(side.rawValue) \(price) \(quantity)"
        case .cancel(let number): "cancel \(number)"
        case .take(let number, let quantity): "take \(number) \(quantity)"
        case .quote(let pair, let levels, let isStanding):
            (["quote", "\(pair)", isStanding ? "standing" : "once"]
                + levels.map { "\($0.side.rawValue) \($0.price) \($0.quantity)" }).joined(separator: " ")
        case .print(let pair, let side, let price, let quantity):
            "print \(pair) \(side.rawValue) \(price) \(quantity)"
        case .tape(let pair, let side, let price, let quantity, let mark):
            "tape \(pair) \(side?.rawValue ?? "-") \(price) \(quantity) \(mark.row) \(mark.time.nanoseconds)"
        case .tapeIs(let identity): "tape_is \(identity)"
        }
    }

    init?(_ words: inout WordReader) {
        switch words.next() {
        case "account":
            guard let key = words.next(), !key.isEmpty else { return nil }
            self = .account(key: key)
        case "pair":
            guard let pair = VenuePair(&words) else { return nil }
            self = .pair(pair)
        case "money":
            guard let account = words.account(), let amount = words.decimal(), amount.isPositive,
                let coin = words.coin(), let reason = words.next().flatMap({ BalanceChangeReason(rawValue: $0) })
            else { return nil }
            self = .money(account, amount, coin, reason)
        case "transaction":
            guard let account = words.account(), let amount = words.decimal(), amount.isPositive,
                let coin = words.coin(), let reason = words.next().flatMap({ BalanceChangeReason(rawValue: $0) }),
                let status = words.status(), let text = words.next().flatMap({ EscapedText.text($0) })
            else { return nil }
            self = .transaction(account, amount, coin, reason, status, text: text)
        case "settle":
            guard let number = words.number(), let status = words.status() else { return nil }
            self = .settle(number, status)
        case "order_rows": self = .orderRows
        case "rights":
            guard let account = words.account(), let rights = words.next().flatMap({ Set<KeyRight>(word: $0) }) else {
                return nil
            }
            self = .rights(account, rights)
        case "nonce":
            guard let account = words.account(), let nonce = words.number() else { return nil }
            self = .nonce(account, nonce)
        case "order":
            guard let account = words.account(), let pair = words.pair(), let side = words.side(),
                let price = words.decimal(), let quantity = words.decimal()
            else { return nil }
            self = .order(account, pair, side, price: price, quantity: quantity)
        case "cancel":
            guard let number = words.number() else { return nil }
            self = .cancel(number)
        case "take":
            guard let number = words.number(), let quantity = words.decimal() else { return nil }
            self = .take(number, quantity)
        case "tape_is":
            guard let identity = words.next(), !identity.isEmpty else { return nil }
            self = .tapeIs(identity)
        case let kind?: self.init(marketKind: kind, &words)
        case nil: return nil
        }
    }

    private init?(marketKind kind: String, _ words: inout WordReader) {
        guard let pair = words.pair(), let second = words.next() else { return nil }
        switch kind {
        case "quote":
            guard second == "standing" || second == "once" else { return nil }
            var levels: [Level] = []
            while !words.isOver {
                guard let side = words.side(), let price = words.decimal(), let quantity = words.decimal() else {
                    return nil
                }
                levels.append(Level(side, price: price, quantity: quantity))
            }
            self = .quote(pair, levels, isStanding: second == "standing")
        case "print":
            guard let side = Side(rawValue: second), let price = words.decimal(), let quantity = words.decimal() else {
                return nil
            }
            self = .print(pair, side, price: price, quantity: quantity)
        case "tape":
            let side = Side(rawValue: second)
            guard side != nil || second == "-", let price = words.decimal(), let quantity = words.decimal(),
                let row = words.number(), let time = words.next().flatMap({ Int64($0) })
            else { return nil }
            let mark = TapeMark(row: row, time: Timestamp(nanoseconds: time))
            self = .tape(pair, side, price: price, quantity: quantity, mark)
        default: return nil
        }
    }
}

extension VenuePair {
    fileprivate var words: String {
        "\(rules.pair) \(rules.priceTick) \(rules.quantityStep) \(rules.quantityMin) \(rules.valueMin) \(rules.feeRate) "
            + "\(rules.feeBasis.rawValue) \(priceMin) \(priceMax) \(isHidden ? "hidden" : "shown") \(isOff ? "off" : "on")"
    }

    fileprivate init?(_ words: inout WordReader) {
        guard let pair = words.pair(), let tick = words.decimal(), let step = words.decimal(),
            let quantityMin = words.decimal(), let valueMin = words.decimal(), let feeRate = words.decimal(),
            let basis = words.next().flatMap({ FeeBasis(rawValue: $0) }), let priceMin = words.decimal(),
            let priceMax = words.decimal(), let hidden = words.next(), let off = words.next(),
            let rules = try? PairRules(
                pair: pair, priceTick: tick, quantityStep: step, quantityMin: quantityMin, valueMin: valueMin,
                feeRate: feeRate, feeBasis: basis)
        else { return nil }
        self.init(rules: rules, priceMin: priceMin, priceMax: priceMax)
        guard isExact else { return nil }
        isHidden = hidden == "hidden"
        isOff = off == "off"
    }
}
