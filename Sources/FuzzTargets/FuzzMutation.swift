import Trading

/// Makes new inputs of old ones, from a seed: the same seed gives the same inputs on every machine.
///
/// What libFuzzer does with a program that it can look into, without looking: bytes change, go, come twice, or come from
/// another input; numbers become the ends of their ranges.
public struct FuzzMutation: Sendable {
    private var chance: SplitMix64
    private let corpus: [[UInt8]]

    /// Bytes of the longest input that is made.
    public static let bytesMax = 4_096

    public init(seed: UInt64, corpus: [[UInt8]]) {
        chance = SplitMix64(seed: seed)
        self.corpus = corpus.isEmpty ? [[]] : corpus
    }

    private static let tokens: [[UInt8]] = [
        "0", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e18", "0.000000000000000001",
        "170141183460469231731", "\"", "\\", "\\ud800", "{", "}", "[", "[[[[[[[[[[[[[[[[[[", ",", ":", "\n", "\r\n",
        "\t", " ",
        "//", "#", "@", ">", "<", "..", "_", "=", "-", "+", "%", "\u{0}", "\u{202E}", "e\u{301}", "👩‍👩‍👧", "until", "at",
        "buy",
    ].map { Array($0.utf8) }

    private static let bytes: [UInt8] = [0x00, 0x01, 0x7F, 0x80, 0xC0, 0xED, 0xFE, 0xFF]

    /// The next input: one of the corpus with one to eight changes.
    public mutating func next() -> [UInt8] {
        var input = corpus[chance.below(corpus.count)]
        for _ in 0..<1 + chance.below(8) { change(&input) }
        return Array(input.prefix(FuzzMutation.bytesMax))
    }

    private mutating func change(_ input: inout [UInt8]) {
        let at = chance.below(input.count + 1)
        let length = min(1 + chance.below(16), input.count - at)
        switch chance.below(9) {
        case 0 where at < input.count: input[at] ^= 1 << UInt8(chance.below(8))
        case 1 where at < input.count: input[at] = FuzzMutation.bytes[chance.below(FuzzMutation.bytes.count)]
        case 2 where at < input.count: input[at] = UInt8(chance.below(256))
        case 3: input.removeSubrange(at..<at + length)
        case 4: input.insert(contentsOf: Array(input[at..<at + length]), at: at)
        case 5: input.insert(contentsOf: FuzzMutation.tokens[chance.below(FuzzMutation.tokens.count)], at: at)
        case 6:
            let other = corpus[chance.below(corpus.count)]
            let from = chance.below(other.count + 1)
            input.replaceSubrange(at..., with: other[from...])
        case 7: input.insert(UInt8(chance.below(256)), at: at)
        default: input.removeSubrange(at...)
        }
    }
}
