import BtceExchange
import Trading

/// Which exchanges a desk has, and what holds for each: from `--exchange` and its relatives, the environment, and the blocks of the
/// configuration file.
///
/// The highest source that names exchanges says which there are. Everything about one of them is taken from the highest source
/// that says it: `--exchange main` takes the block `main` of the file, and `--exchange main=https://host` all of it but the URL.
struct ExchangeResolution {
    /// Exchanges that a desk may have.
    static let exchangesMax = 16

    private let options: ExchangeOptions
    let settings: Settings
    let isInsecure: Bool

    private struct Named {
        let word: ExchangeWord
        let source: SettingSource
        let kind: Sourced<ExchangeKind>
    }

    init(_ options: ExchangeOptions, _ settings: Settings, isInsecure: Bool) {
        self.options = options
        self.settings = settings
        self.isInsecure = isInsecure
    }

    /// In the order in which they are named. Throws a `Failure`.
    func exchanges() throws -> [ExchangeSetting] {
        var named = try words().map { Named(word: $0.value, source: $0.source, kind: try kind($0)) }
        try checkNames(named)
        let wired = named.filter { $0.kind.value.isOverTheWire }.map(\.word.name)
        try checkOptionsForOne(wired)
        try checkBlocks()
        if wired.count == 1 {
            named = try named.map { $0.kind.value.isOverTheWire ? try speakingDialect($0) : $0 }
        }
        let streams = try streams(of: named)
        let exchanges = try named.map { one in
            try setting(one, isOnlyOne: wired.count == 1, stream: streams[one.word.name])
        }
        try checkPrices(exchanges, wired)
        try checkAddresses(exchanges)
        return exchanges
    }

    // MARK: Which there are

    private func words() throws -> [Sourced<ExchangeWord>] {
        if let list = try settings.list(option: "exchange", typed: options.exchange) {
            return try list.value.map { text in
                try list.map { _ in try ExchangeWord(text, source: list.source) }
            }
        }
        guard let file = settings.file?.value, let blocks = file.exchanges else {
            return [Sourced(value: ExchangeWord(name: .paper), source: .standard("exchange"))]
        }
        guard !blocks.isEmpty else {
            throw Failure("\(file.source(ConfigurationFile.exchangesKey)) is empty; expected a block, {\"paper\": {}}")
        }
        return blocks.map {
            let key = "\(ConfigurationFile.exchangesKey).\($0.name)"
            return Sourced(value: ExchangeWord(name: $0.name), source: file.source(key))
        }
    }

    private func kind(_ word: Sourced<ExchangeWord>) throws -> Sourced<ExchangeKind> {
        let name = word.value.name
        if let text = word.value.kind { return try kind(Sourced(value: text, source: word.source)) }
        if let text = filed(.kind, of: name) { return try kind(text) }
        return try kind(Sourced(value: name.description, source: word.source))
    }

    func kind(_ text: Sourced<String>) throws -> Sourced<ExchangeKind> {
        guard let kind = ExchangeKind.named(text.value) else {
            let hint = NearestName.hint(text.value, among: ExchangeKind.all.map(\.name))
            throw Failure(
                "\(text.source): no exchange \(text.value.withoutSecrets); expected \(ExchangeKind.names)\(hint)")
        }
        return text.map { _ in kind }
    }

    private func checkNames(_ named: [Named]) throws {
        if let last = named.last, named.count > ExchangeResolution.exchangesMax {
            let most = ExchangeResolution.exchangesMax
            throw Failure("\(last.source): \(named.count) exchanges are too many; a desk has at most \(most)")
        }
        for (index, one) in named.enumerated() {
            let name = one.word.name
            if named[..<index].contains(where: { $0.word.name == name }) {
                throw Failure(
                    "\(one.source): two exchanges are called \(name); give each a name of its own: other=btce:https://HOST"
                )
            }
            if !one.kind.value.isOverTheWire, named[..<index].contains(where: { !$0.kind.value.isOverTheWire }) {
                throw Failure("\(one.source): there is one paper exchange, not two")
            }
            try checkName(name, one.kind.value, one.source)
        }
    }

    // MARK: Options for one exchange

    /// `--dialect` makes another relative of btc-e of the exchange, under the name that it has.
    private func speakingDialect(_ one: Named) throws -> Named {
        guard let dialect = try optioned(.kind) else { return one }
        guard Dialect(rawValue: dialect.value) != nil, let kind = ExchangeKind.named(dialect.value) else {
            let names = Dialect.allCases.map(\.rawValue).joined(separator: " or ")
            throw Failure("\(dialect.source): no dialect \(dialect.value.withoutSecrets); expected \(names)")
        }
        // `--exchange btce` says the family; which relative it is, the dialect says.
        let isFamily =
            one.word.kind == nil && filed(.kind, of: one.word.name) == nil
            && one.kind.value.name == Dialect.btce.rawValue
        if isFamily { return Named(word: one.word, source: one.source, kind: dialect.map { _ in kind }) }
        if one.kind.source == one.source, one.kind.source.rank == dialect.source.rank, one.kind.value.name != kind.name
        {
            throw Failure("\(dialect.source) \(kind.name) contradicts \(one.source), which says \(one.kind.value.name)")
        }
        guard dialect.source.rank >= one.kind.source.rank else { return one }
        return Named(word: one.word, source: one.source, kind: dialect.map { _ in kind })
    }

    private func streams(of named: [Named]) throws -> [ExchangeID: Sourced<String>] {
        var streams: [ExchangeID: Sourced<String>] = [:]
        guard let list = try settings.list(option: "exchange-stream", typed: options.exchangeStream) else {
            return streams
        }
        for text in list.value {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = ExchangeID(parts[0]) else {
                throw Failure("\(list.source) takes NAME=wss://HOST, not \(text.withoutSecrets)")
            }
            guard named.contains(where: { $0.word.name == name }) else {
                let known = named.map(\.word.name.description)
                let hint = NearestName.hint(name.description, among: known)
                throw Failure(
                    "\(list.source): there is no exchange \(name), only \(known.joined(separator: ", "))\(hint)")
            }
            guard streams[name] == nil else {
                throw Failure("\(list.source): two addresses for the streams of \(name)")
            }
            streams[name] = Sourced(value: String(parts[1]), source: list.source)
        }
        return streams
    }

    // MARK: What is about one

    private func setting(_ one: Named, isOnlyOne: Bool, stream: Sourced<String>?) throws -> ExchangeSetting {
        let (name, kind) = (one.word.name, one.kind.value)
        func found(_ key: ExchangeSettingName) throws -> Sourced<String>? {
            try highest(key, of: one, isOnlyOne: isOnlyOne && kind.isOverTheWire)
        }
        func number(_ key: ExchangeSettingName, _ standard: Int) throws -> Sourced<Int> {
            try found(key).map { try self.number($0, key) } ?? Sourced(value: standard, source: .standard(key.rawValue))
        }
        let setting = ExchangeSetting(
            name: name, kind: kind, kindSource: one.kind.source, url: try found(.url),
            stream: stream ?? filed(.stream, of: name),
            connectTimeout: try number(.connectTimeout, ExchangeSetting.connectTimeoutDefault),
            timeout: try number(.timeout, ExchangeSetting.timeoutDefault),
            answerBytes: try number(.answerBytes, ExchangeSetting.answerBytesDefault),
            rate: try found(.rate).map { try rate($0) }
                ?? Sourced(value: ExchangeSetting.rateDefault, source: .standard("rate")),
            prices: try found(.prices).map { try prices($0) })
        try check(kind, name, url: setting.url, stream: setting.stream, prices: setting.prices)
        guard !kind.isOverTheWire || setting.url != nil else { throw ExchangeResolution.lacksURL(one) }
        return setting
    }

    private static func lacksURL(_ one: Named) -> Failure {
        let name = one.word.name
        let expected =
            switch one.source {
            case .file: "\(ExchangeSettingName.url.rawValue) in its block"
            case .environment(let variable): "\(variable)=\(name)=https://HOST"
            case .flag, .standard: "\(one.source.written("exchange")) \(name)=https://HOST"
            }
        return Failure("\(one.source): \(name) needs a URL, where the exchange is: \(expected)")
    }

    /// The whole number that a text is, within what that setting may be.
    func number(_ text: Sourced<String>, _ key: ExchangeSettingName) throws -> Sourced<Int> {
        try text.number(in: key == .answerBytes ? ExchangeSetting.answerBytesRange : ExchangeSetting.timeoutRange)
    }

    func rate(_ text: Sourced<String>) throws -> Sourced<RequestRate> {
        guard let rate = RequestRate(text.value) else {
            throw Failure(
                "\(text.source) takes two numbers from 1 to 100000, as 10/20, not \(text.value.withoutSecrets)")
        }
        return text.map { _ in rate }
    }

    func prices(_ text: Sourced<String>) throws -> Sourced<ExchangeID> {
        guard let name = ExchangeID(text.value) else {
            throw Failure(
                "\(text.source): no exchange \(text.value.withoutSecrets): a name has \(ExchangeWord.nameRule)")
        }
        return text.map { _ in name }
    }

    /// What the highest source says. Two of the same height that say different things are an error.
    private func highest(
        _ key: ExchangeSettingName, of one: Named, isOnlyOne: Bool
    ) throws -> Sourced<String>? {
        var found: [Sourced<String>] = []
        if key == .url, let url = one.word.url { found.append(Sourced(value: url, source: one.source)) }
        if isOnlyOne, let option = try optioned(key) { found.append(option) }
        if let filed = filed(key, of: one.word.name) { found.append(filed) }
        guard let first = found.max(by: { $0.source.rank < $1.source.rank }) else { return nil }
        if let other = found.first(where: { $0.source.rank == first.source.rank && $0.value != first.value }) {
            throw Failure("\(first.source) and \(other.source) do not say the same \(key.rawValue) of \(one.word.name)")
        }
        return first
    }

    /// What an option or the environment says about the one exchange over the wire.
    func optioned(_ key: ExchangeSettingName) throws -> Sourced<String>? {
        try key.option.flatMap { try settings.text(option: $0, typed: options.typed(key)) }
    }

    /// What the exchange's block in the file says.
    func filed(_ key: ExchangeSettingName, of name: ExchangeID) -> Sourced<String>? {
        guard let file = settings.file?.value, let text = file.block(of: name)[key] else { return nil }
        return Sourced(value: text, source: file.source(key, of: name))
    }
}
