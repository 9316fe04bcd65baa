import Trading

/// What the venue does wrong on purpose. Rates are per million of the calls that they are about.
public struct VenueFaults: Hashable, Sendable {
    /// Done, and the answer is lost: the connection closes, or hangs.
    public var loseAnswer = 0
    /// Not done, and no answer either.
    public var loseRequest = 0
    /// A page of HTML with status 502; done or not.
    public var html = 0
    /// Status 200 and nothing; done or not.
    public var empty = 0
    /// Done, and the answer ends in the middle.
    public var cut = 0
    /// `Requests too often`: not done, and the nonce is not taken.
    public var often = 0
    /// Private calls before which the trader cancels an order at the venue's own page.
    public var cancelElsewhere = 0
    /// Orders that rest of which strangers take a part at once; cancels before which they do.
    public var partial = 0
    /// Answers come so much later, in nanoseconds.
    public var delayMin: Int64 = 0
    public var delayMax: Int64 = 0
    /// Down for `downFor` at the end of every `downEvery`, in nanoseconds; zero for never.
    public var downEvery: Int64 = 0
    public var downFor: Int64 = 0

    public init() {}

    public static let none = VenueFaults()

    private static var rates: [(name: String, path: WritableKeyPath<VenueFaults, Int>)] {
        [
            ("lose-answer", \.loseAnswer), ("lose-request", \.loseRequest), ("html", \.html), ("empty", \.empty),
            ("cut", \.cut), ("often", \.often), ("cancel-elsewhere", \.cancelElsewhere), ("partial", \.partial),
        ]
    }

    /// Why a fault cannot be set.
    public struct Unknown: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Reads `lose-answer=0.05,delay=50ms..200ms,down=30s/5s`.
    public init(parsing text: String) throws(Unknown) {
        self.init()
        for part in text.split(separator: ",") {
            let words = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard words.count == 2 else { throw Unknown(description: "a fault is NAME=VALUE, not \(part)") }
            try set(words[0], to: words[1])
        }
    }

    /// Sets one fault by its name.
    public mutating func set(_ name: String, to value: String) throws(Unknown) {
        if let rate = VenueFaults.rates.first(where: { $0.name == name }) {
            guard let share = ExactDecimal(value), !share.isNegative, share <= 1 else {
                throw Unknown(description: "\(name) takes a share of 0 to 1, not \(value)")
            }
            self[keyPath: rate.path] = Int(share.units / (ExactDecimal.one.units / 1_000_000))
            return
        }
        switch name {
        case "delay":
            let ends = value.split(separator: "..", omittingEmptySubsequences: false).map { VenueFaults.duration($0) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
                throw Unknown(description: "delay takes 200ms or 50ms..2s, not \(value)")
            }
            (delayMin, delayMax) = (first, last)
        case "down":
            let parts = value.split(separator: "/", omittingEmptySubsequences: false).map { VenueFaults.duration($0) }
            guard parts.count == 2, let every = parts[0], let length = parts[1], every > 0, length <= every else {
                throw Unknown(description: "down takes EVERY/FOR as 30s/5s, not \(value)")
            }
            (downEvery, downFor) = (every, length)
        default:
            let known = VenueFaults.rates.map(\.name) + ["delay", "down"]
            throw Unknown(description: "no fault \(name); there are \(known.joined(separator: ", "))")
        }
    }

    /// What was set, in the words that set it; `none` where nothing is.
    public var text: String {
        var parts = VenueFaults.rates.compactMap { rate -> String? in
            let share = self[keyPath: rate.path]
            guard share > 0 else { return nil }
            return "\(rate.name)=\(ExactDecimal(units: Int128(share) * (ExactDecimal.one.units / 1_000_000)))"
        }
        if delayMax > 0 { parts.append("delay=\(delayMin / 1_000_000)ms..\(delayMax / 1_000_000)ms") }
        if downFor > 0 { parts.append("down=\(downEvery / 1_000_000)ms/\(downFor / 1_000_000)ms") }
        return parts.isEmpty ? "none" : parts.joined(separator: ",")
    }

    /// `200ms`, `5s`, `2m`, or milliseconds without a unit; in nanoseconds.
    private static func duration(_ text: Substring) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit: Int64
        switch text.dropFirst(digits.count) {
        case "", "ms": unit = 1_000_000
        case "s": unit = 1_000_000_000
        case "m": unit = 60_000_000_000
        default: return nil
        }
        guard let number = Int64(digits), number <= 86_400_000 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }
}
