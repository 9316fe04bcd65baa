import Desk
import Trading

/// What about the exchanges cannot be, or does not go together. Each throws a `Failure` of one line that names the source.
extension ExchangeResolution {
    /// The values in the file's blocks: also of exchanges that are not named, and those that a higher source says otherwise.
    func checkBlocks() throws {
        for (name, _) in settings.file?.value.exchanges ?? [] {
            let kind =
                try filed(.kind, of: name).map { try self.kind($0).value } ?? ExchangeKind.named(name.description)
            if let kind, let source = settings.file?.value.source(.kind, of: name) { try checkName(name, kind, source) }
            for key in [ExchangeSettingName.connectTimeout, .timeout, .answerBytes] {
                _ = try filed(key, of: name).map { try number($0, key) }
            }
            _ = try filed(.rate, of: name).map { try rate($0) }
            let prices = try filed(.prices, of: name).map { try self.prices($0) }
            let (url, stream) = (filed(.url, of: name), filed(.stream, of: name))
            if let kind {
                try check(kind, name, url: url, stream: stream, prices: prices)
            } else {
                // Whoever names it says the kind, which speaks HTTP like all of them.
                if let url { try checkAddress(url) }
            }
        }
    }

    /// The paper exchange has its name, and no other has it.
    func checkName(_ name: ExchangeID, _ kind: ExchangeKind, _ source: SettingSource) throws {
        if !kind.isOverTheWire, name != .paper {
            throw Failure("\(source): the paper exchange is called paper, not \(name)")
        }
        if kind.isOverTheWire, name == .paper {
            throw Failure("\(source): paper is the exchange in this program; call the other one something else")
        }
    }

    /// What an exchange of a kind has, and what it has not.
    func check(
        _ kind: ExchangeKind, _ name: ExchangeID, url: Sourced<String>?, stream: Sourced<String>?,
        prices: Sourced<ExchangeID>?
    ) throws {
        guard kind.isOverTheWire else {
            if let source = (url ?? stream)?.source {
                throw Failure("\(source): paper is in this program, and has no address")
            }
            for key in [ExchangeSettingName.connectTimeout, .timeout, .answerBytes, .rate] {
                if let source = filed(key, of: name)?.source {
                    throw Failure("\(source): paper is in this program: no request is sent to it")
                }
            }
            return
        }
        if let prices { throw Failure("\(prices.source): only the paper exchange can follow another's prices") }
        if let url { try checkAddress(url) }
        guard let stream else { return }
        guard kind.hasStreams else {
            throw Failure("\(stream.source): \(kind.name) has no streams; what happens there is asked for at its URL")
        }
        try ExchangeURL.check(stream, schemes: ("ws", "wss"), isInsecure: isInsecure)
    }

    private func checkAddress(_ url: Sourced<String>) throws {
        try ExchangeURL.check(url, schemes: ("http", "https"), isInsecure: isInsecure)
    }

    /// Options that are about the one exchange over the wire need one: of several they cannot say which they are about, and the paper
    /// exchange has nothing of the kind.
    func checkOptionsForOne(_ wired: [ExchangeID]) throws {
        guard wired.count != 1 else { return }
        for name in ExchangeSettingName.allCases {
            guard let source = try optioned(name)?.source else { continue }
            guard !wired.isEmpty else {
                throw Failure(
                    "\(source) is for an exchange over the wire, and there is none, only paper: name one with "
                        + "\(source.written("exchange")), as btce=https://HOST, or leave \(source) out")
            }
            let names = wired.map(\.description).joined(separator: " and ")
            throw Failure(
                "\(source) is for one exchange over the wire, and there are \(wired.count), \(names): set "
                    + "\(name.rawValue) in the block of each in a configuration file (--config)")
        }
    }

    /// One exchange has one name. At two names the money of an account there would count twice, for an account there may have two
    /// keys, and requests would come twice as fast as its rate says.
    func checkAddresses(_ exchanges: [ExchangeSetting]) throws {
        for (index, one) in exchanges.enumerated() {
            guard let url = one.url else { continue }
            let address = ExchangeURL.compared(url.value)
            let twin = exchanges[..<index].first {
                $0.kind.name == one.kind.name && $0.url.map { ExchangeURL.compared($0.value) } == address
            }
            guard let twin else { continue }
            throw Failure(
                "\(url.source): \(one.name) and \(twin.name) are one exchange, \(url.value.withoutSecrets), and it has one name "
                    + "here; a second account there is for a second account of this desk")
        }
    }

    /// The exchange whose prices paper follows is one of the desk's, and over the wire.
    func checkPrices(_ exchanges: [ExchangeSetting], _ wired: [ExchangeID]) throws {
        for prices in exchanges.compactMap(\.prices) where !wired.contains(prices.value) {
            throw Failure(
                "\(prices.source): there is no exchange \(prices.value) whose prices paper could follow"
                    + NearestName.hint(prices.value.description, among: wired.map(\.description)))
        }
    }
}

extension ExchangeSetting {
    /// Throws a `Failure` where a request to the exchange may take as long as the desk waits for its answer, or longer: the desk would
    /// call the order unknown, and ask for it, while the answer may still come.
    func check(_ limits: ServerLimits) throws {
        let seconds = limits.desk.desk.answerSeconds
        guard kind.isOverTheWire, timeout.value >= seconds * 1_000 else { return }
        let limit = limits.source("answer_s")
        let places = [timeout.source, limit].filter { $0.rank > 0 }.map(\.description).joined(separator: " and ")
        throw Failure(
            "\(places): the timeout of \(name), \(timeout.value) ms (\(timeout.source.origin)), has to be below the limit "
                + "answer_s, \(seconds) s (\(limit.origin)): after that the desk calls an order unknown")
    }
}
