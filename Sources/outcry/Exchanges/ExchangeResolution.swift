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
    private let settings: Settings
    private let isInsecure: Bool

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
        let wired = named.filter { $0.kind.value.isOverTheWire }
        if wired.count > 1 { try refuseOptionsForOne(wired) }
        if wired.count == 1 {
            named = try named.map { $0.kind.value.isOverTheWire ? try speakingDialect($0) : $0 }
        }
        let streams = try streams(of: named)
        let exchanges = try named.map { one in
            try setting(one, isOnlyOne: wired.count == 1, stream: streams[one.word.name])
        }
        for prices in exchanges.compactMap(\.prices) {
            let known = wired.map(\.word.name.description)
            guard !known.contains(prices.value.description) else { continue }
            throw Failure(
                "\(prices.source): there is no exchange \(prices.value) whose prices paper could follow"
                    + NearestName.hint(prices.value.description, among: known))
        }
        return exchanges
    }

    // MARK: Which there are

    private func words() throws -> [Sourced<ExchangeWord>] {
        if let list = settings.list(option: "exchange", typed: options.exchange) {
            guard !list.value.isEmpty else {
                throw Failure("\(list.source) names no exchange; expected \(ExchangeKind.names)")
            }
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

    private func kind(_ text: Sourced<String>) throws -> Sourced<ExchangeKind> {
        guard let kind = ExchangeKind.named(text.value) else {
            let hint = NearestName.hint(text.value, among: ExchangeKind.all.map(\.name))
            throw Failure("\(text.source): no exchange \(text.value); expected \(ExchangeKind.names)\(hint)")
        }
        return text.map { _ in kind }
    }

    private func checkNames(_ named: [Named]) throws {
        guard named.count <= ExchangeResolution.exchangesMax else {
            throw Failure(
                "\(named.count) exchanges are too many; a desk has at most \(ExchangeResolution.exchangesMax)")
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
            if !one.kind.value.isOverTheWire, name != .paper {
                throw Failure("\(one.source): the paper exchange is called paper, not \(name)")
            }
            if one.kind.value.isOverTheWire, name == .paper {
                throw Failure("\(one.source): paper is the exchange in this program; call the other one something else")
            }
        }
    }

    // MARK: Options for one exchange

    /// The options that cannot say which of several exchanges they are about.
    private func refuseOptionsForOne(_ wired: [Named]) throws {
        for name in ExchangeSettingName.allCases {
            guard let found = optioned(name) else { continue }
            let names = wired.map(\.word.name.description).joined(separator: " and ")
            throw Failure(
                "\(found.source) is for one exchange over the wire, and there are \(wired.count), \(names): set "
                    + "\(name.rawValue) in the block of each in a configuration file (--config)")
        }
    }

    /// `--dialect` makes another relative of btc-e of the exchange, under the name that it has.
    private func speakingDialect(_ one: Named) throws -> Named {
        guard let dialect = optioned(.kind) else { return one }
        guard Dialect(rawValue: dialect.value) != nil, let kind = ExchangeKind.named(dialect.value) else {
            let names = Dialect.allCases.map(\.rawValue).joined(separator: " or ")
            throw Failure("\(dialect.source): no dialect \(dialect.value); expected \(names)")
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
        guard let list = settings.list(option: "exchange-stream", typed: options.exchangeStream) else { return streams }
        for text in list.value {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = ExchangeID(parts[0]) else {
                throw Failure("\(list.source) takes NAME=wss://HOST, not \(text)")
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
        func number(_ key: ExchangeSettingName, _ range: ClosedRange<Int>, _ standard: Int) throws -> Sourced<Int> {
            try found(key)?.number(in: range) ?? Sourced(value: standard, source: .standard(key.rawValue))
        }
        let rate = try found(.rate).map { text in
            guard let rate = RequestRate(text.value) else {
                throw Failure("\(text.source) takes two numbers from 1 to 100000, as 10/20, not \(text.value)")
            }
            return text.map { _ in rate }
        }
        let setting = ExchangeSetting(
            name: name, kind: kind, kindSource: one.kind.source, url: try found(.url),
            stream: stream ?? filed(.stream, of: name),
            connectTimeout: try number(
                .connectTimeout, ExchangeSetting.timeoutRange, ExchangeSetting.connectTimeoutDefault),
            timeout: try number(.timeout, ExchangeSetting.timeoutRange, ExchangeSetting.timeoutDefault),
            answerBytes: try number(
                .answerBytes, ExchangeSetting.answerBytesRange, ExchangeSetting.answerBytesDefault),
            rate: rate ?? Sourced(value: ExchangeSetting.rateDefault, source: .standard("rate")),
            prices: try found(.prices).map { try prices($0) })
        try check(setting, one)
        return setting
    }

    private func prices(_ text: Sourced<String>) throws -> Sourced<ExchangeID> {
        guard let name = ExchangeID(text.value) else {
            throw Failure("\(text.source): no exchange \(text.value): a name has \(ExchangeWord.nameRule)")
        }
        return text.map { _ in name }
    }

    private func check(_ setting: ExchangeSetting, _ one: Named) throws {
        let (name, kind) = (setting.name, setting.kind)
        guard kind.isOverTheWire else {
            let strange = [setting.url, setting.stream].compactMap { $0 }.first
            if let source = strange?.source { throw Failure("\(source): paper is in this program, and has no address") }
            for key in [ExchangeSettingName.connectTimeout, .timeout, .answerBytes, .rate] {
                if let source = filed(key, of: name)?.source {
                    throw Failure("\(source): paper is in this program: no request is sent to it")
                }
            }
            return
        }
        if let prices = setting.prices {
            throw Failure("\(prices.source): only the paper exchange can follow another's prices")
        }
        guard let url = setting.url else {
            throw Failure("\(one.source): \(name) needs a URL, where the exchange is: --exchange \(name)=https://HOST")
        }
        try ExchangeURL.check(url, schemes: ("http", "https"), isInsecure: isInsecure)
        guard let stream = setting.stream else { return }
        guard kind.hasStreams else {
            throw Failure("\(stream.source): \(kind.name) has no streams; what happens there is asked for at its URL")
        }
        try ExchangeURL.check(stream, schemes: ("ws", "wss"), isInsecure: isInsecure)
    }

    /// What the highest source says. Two of the same height that say different things are an error.
    private func highest(
        _ key: ExchangeSettingName, of one: Named, isOnlyOne: Bool
    ) throws -> Sourced<String>? {
        var found: [Sourced<String>] = []
        if key == .url, let url = one.word.url { found.append(Sourced(value: url, source: one.source)) }
        if isOnlyOne, let option = optioned(key) { found.append(option) }
        if let filed = filed(key, of: one.word.name) { found.append(filed) }
        guard let first = found.max(by: { $0.source.rank < $1.source.rank }) else { return nil }
        if let other = found.first(where: { $0.source.rank == first.source.rank && $0.value != first.value }) {
            throw Failure("\(first.source) and \(other.source) do not say the same \(key.rawValue) of \(one.word.name)")
        }
        return first
    }

    private func optioned(_ key: ExchangeSettingName) -> Sourced<String>? {
        key.option.flatMap { settings.text(option: $0, typed: options.typed(key)) }
    }

    private func filed(_ key: ExchangeSettingName, of name: ExchangeID) -> Sourced<String>? {
        guard let file = settings.file?.value, let text = file.block(of: name)[key] else { return nil }
        return Sourced(value: text, source: file.source(key, of: name))
    }
}
