public import Trading

/// The pairs and coins that a line may name, and what a coin alone stands for. Built once for a quote currency, and
/// read by every line.
public struct Vocabulary: Sendable {
    /// The known pairs, in order.
    public let pairs: [Pair]
    /// The currency that a coin alone is traded in: the account's setting `quote`.
    public let quote: Coin
    /// The coins of all pairs, in order.
    public let coins: [Coin]

    private let pairsByName: PackedTable<Pair>
    private let coinsByName: PackedTable<Coin>
    /// Names that are too long to pack.
    private let pairsByLongName: [String: Pair]
    /// What misspelt names are held against: each pair's printed name, its name without `_` at the same place, and the
    /// coins that mean a pair when they stand alone.
    let pairNames: [String]
    let gluedNames: [String]
    let tradedCoinNames: [String]

    /// The pairs in any order; the quote currency need not be a coin of any of them.
    public init(pairs: [Pair], quote: Coin) {
        self.pairs = Set(pairs).sorted()
        self.quote = quote
        coins = Set(pairs.flatMap { [$0.base, $0.quote] } + [quote]).sorted()
        let tradedCoins = Set(pairs.filter { $0.quote == quote }.map(\.base)).sorted()
        tradedCoinNames = tradedCoins.map(\.description)
        pairNames = self.pairs.map(\.description)
        gluedNames = self.pairs.map { "\($0.base)\($0.quote)" }
        coinsByName = PackedTable(coins.map { (PackedName.pack($0.description), $0) })
        var short: [(UInt128, Pair)] = []
        var long: [String: Pair] = [:]
        func add(_ name: String, _ pair: Pair) {
            let packed = PackedName.pack(name)
            if packed == 0 { long[name] = long[name] ?? pair } else { short.append((packed, pair)) }
        }
        // In the order of who wins where two read alike: the printed name, the coin alone, the name without `_`.
        for pair in self.pairs { add(pair.description, pair) }
        for coin in tradedCoins { add(coin.description, Pair(base: coin, quote: quote)) }
        for pair in self.pairs { add("\(pair.base)\(pair.quote)", pair) }
        pairsByName = PackedTable(short.map { (name: $0.0, value: $0.1) })
        pairsByLongName = long
    }

    func pair(_ word: Word, in bytes: [UInt8]) -> Pair? {
        if let pair = pairsByName[word.packed] { return pair }
        guard word.packed == 0, !pairsByLongName.isEmpty, word.end - word.start <= Vocabulary.nameBytesMax else {
            return nil
        }
        return pairsByLongName[Vocabulary.normalised(bytes, word.start, word.end)]
    }

    func coin(_ word: Word) -> Coin? { coinsByName[word.packed] }

    func coin(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Coin? {
        coinsByName[PackedName.pack(bytes, start, end)]
    }

    /// A pair's name has two coins of 15 letters at most, and one separator.
    static let nameBytesMax = 2 * Coin.nameLengthMax + 1

    /// In lower case, with `_` for each separator.
    static func normalised(_ bytes: [UInt8], _ start: Int, _ end: Int) -> String {
        var name: [UInt8] = []
        for byte in bytes[start..<end] {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            case UInt8(ascii: "/"), UInt8(ascii: "-"): name.append(UInt8(ascii: "_"))
            default: name.append(byte)
            }
        }
        return String(decoding: name, as: UTF8.self)
    }
}
