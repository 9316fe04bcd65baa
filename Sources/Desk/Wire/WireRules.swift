import Exchange
import Ledger
import Logging
import OrderEngine
import Trading

/// The rules of the pairs of an exchange over the wire, kept for the next start.
///
/// A report may come before the exchange has said after a restart which rules it has: an entry that fills has to know the step of its
/// contra's quantity, and a stop that fires has to be placed. What was true last is better than nothing, which would refuse both.
extension Seat {
    /// What the exchange says of a pair.
    func observe(_ rules: PairRules) throws {
        guard wire != nil else { return engine.observe(rules) }
        guard engine.rules[rules.pair] != rules else { return }
        engine.observe(rules)
        try ledgerTransaction().putBook(name, key: Seat.rulesKey(rules.pair), value: Array(rules.row.utf8))
    }

    /// Takes up the rules that were kept. The pairs are traded again once the exchange says so.
    func takeUpRules(_ rows: [[UInt8]: [UInt8]]) {
        for (key, value) in rows {
            let name = String(decoding: key, as: UTF8.self)
            guard name.hasPrefix(Seat.rulesPrefix), let pair = Pair(name.dropFirst(Seat.rulesPrefix.count))
            else { continue }
            guard let rules = PairRules(pair, row: String(decoding: value, as: UTF8.self)) else {
                log.error("the rules of \(pair) cannot be read: \(value)")
                continue
            }
            engine.observe(rules)
        }
    }

    private static let rulesPrefix = "rules of "

    private static func rulesKey(_ pair: Pair) -> [UInt8] { Array("\(rulesPrefix)\(pair)".utf8) }
}

extension PairRules {
    /// As they are kept: tick, step, least quantity, least value, fee, and what that is taken of.
    fileprivate var row: String {
        "\(priceTick) \(quantityStep) \(quantityMin) \(valueMin) \(feeRate) \(feeBasis.rawValue)"
    }

    fileprivate init?(_ pair: Pair, row: String) {
        let words = row.split(separator: " ")
        let numbers = words.prefix(5).compactMap { ExactDecimal(String($0)) }
        guard words.count == 6, numbers.count == 5, let basis = FeeBasis(rawValue: String(words[5])) else { return nil }
        try? self.init(
            pair: pair, priceTick: numbers[0], quantityStep: numbers[1], quantityMin: numbers[2], valueMin: numbers[3],
            feeRate: numbers[4], feeBasis: basis)
    }
}
