import BtceExchange
import ExactJSON
import Exchange
import Trading
import Venue

/// A venue with what is asked of it, and what must hold after each request.
struct VenueScript {
    private let dialect: VenueDialect
    private let venue: TapiVenue
    private var now = Timestamp(seconds: 1_772_366_400)
    private var records: [VenueRecord]

    /// The longest time that passes at once: more than what a page is kept for and what an account's history reaches back.
    private static let secondsMax: Int64 = 1_000_000

    init(_ dialect: VenueDialect) {
        self.dialect = dialect
        venue = TapiVenue(VenueScript.settings(dialect))
        venue.start(at: now)
        records = venue.drainRecords()
    }

    private static let secret = "a secret"

    private static func settings(_ dialect: VenueDialect) -> TapiVenue.Settings {
        let accounts = ["ann", "bob", "eve"].compactMap { key in
            VenueAccount(
                key: key, secret: secret, rights: key == "eve" ? [.info] : [.info, .trade],
                funds: [(10_000, "usd"), (100, "btc")])
        }
        let rules = ["btc_usd", "ltc_btc"].compactMap { pair in
            try? PairRules(
                pair: pair, priceTick: .step(decimals: 3), quantityStep: .step(decimals: 8),
                quantityMin: .step(decimals: 2), feeRate: ExactDecimal(units: 2 * ExactDecimal.step(decimals: 3).units))
        }
        return TapiVenue.Settings(
            dialect: dialect, accounts: accounts, pairs: rules.map { VenuePair(tradedBy: $0) },
            prices: ["btc_usd": 230])
    }

    mutating func pass(_ seconds: [UInt8]) {
        let seconds = Int64(String(decoding: seconds, as: UTF8.self)) ?? 1
        now = now.advanced(bySeconds: min(max(seconds, 0), VenueScript.secondsMax))
    }

    // MARK: Requests

    /// A page changes nothing, and the adapter makes sense of it.
    mutating func page(_ target: [UInt8]) throws(FuzzFinding) {
        let parts = target.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let path = parts.first ?? ""
        let request = VenueHTTPRequest("GET", path, query: parts.count > 1 ? parts[1] : "")
        let told = try answer(request)
        let changes = changes(drained())
        guard let answer = told, venue.faults == .none else { return }
        try expect(changes.isEmpty, "a page has changed the books: \(changes)")
        guard answer.status == 200 else {
            return try expect(answer.status == 404 || path.hasPrefix("/tapi"), "a page has the status \(answer.status)")
        }
        try readByTheAdapter(answer) { (answers) throws(AnswerFailure) in
            try answers.page(path.split(separator: "/").map(String.init))
        }
    }

    /// A call that is signed as it must be.
    mutating func call(_ key: String, _ body: [UInt8]) throws(FuzzFinding) {
        let sign = TapiKey(key: key, secret: Array(VenueScript.secret.utf8)).sign(body)
        try call(
            VenueHTTPRequest(
                "POST", "/tapi",
                headers: [
                    .init("Key", key), .init("Sign", sign),
                    .init("Content-Type", "application/x-www-form-urlencoded"),
                ], body: body), isSigned: true)
    }

    /// A call with any headers, apart by `|`, and the body behind the last.
    mutating func strangerCalls(_ line: [UInt8]) throws(FuzzFinding) {
        var parts = line.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { Array($0) }
        let body = parts.popLast() ?? []
        let headers = parts.map { part in
            let words = part.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            return VenueHTTPRequest.Header(words[0], words.count > 1 ? words[1] : "")
        }
        try call(VenueHTTPRequest("POST", "/tapi", headers: headers, body: body), isSigned: false)
    }

    /// What is refused takes the nonce at most; what is done is one order or one cancel.
    private mutating func call(_ request: VenueHTTPRequest, isSigned: Bool) throws(FuzzFinding) {
        let told = try answer(request)
        let changes = changes(drained())
        guard let answer = told, venue.faults == .none else { return }
        let body = String(decoding: request.body, as: UTF8.self)
        guard let json = try? ExchangeJSONReader.read(answer.body), case .object(let members) = json else {
            throw FuzzFinding("\(body) is answered \(answer.text)")
        }
        let isDone = members.first { $0.name == "success" }?.value == 1
        try expect(
            isDone == members.contains { $0.name == "return" } && isDone != members.contains { $0.name == "error" },
            "\(body) is answered \(answer.text)")
        try expect(!isDone || isSigned, "a stranger is let in: \(request)")
        try expect(isSigned || changes.isEmpty, "a stranger has changed the books: \(request)")
        let work = changes.filter { if case .nonce = $0 { false } else { true } }
        try expect(
            changes.count - work.count <= 1 && work.count <= 1 && (isDone || work.isEmpty),
            "\(body) was answered \(answer.text), and did \(changes)")
        let reading = try readByTheAdapter(answer) { (answers) throws(AnswerFailure) in try answers.call(body) }
        guard isDone, case .order(_, _, _, _, let quantity)? = work.first, let reading else { return }
        guard let trade = reading.base as? TradeAnswer else { throw FuzzFinding("\(body) has placed an order") }
        try expect(trade.remains <= quantity, "\(trade.remains) are left of \(quantity)")
    }

    /// A call to the control port: a path, a space, a body. What is refused changes nothing.
    mutating func control(_ line: [UInt8]) throws(FuzzFinding) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let answer = venue.control(
            VenueHTTPRequest(path == "/books" ? "GET" : "POST", path, body: parts.count > 1 ? Array(parts[1]) : []),
            at: now)
        let changes = drained()
        guard (try? ExchangeJSONReader.read(answer.body)) != nil else {
            throw FuzzFinding("\(path) is answered \(answer.text)")
        }
        try expect([200, 400, 404].contains(answer.status), "\(path) is answered \(answer.status) \(answer.text)")
        try expect(answer.status == 200 || changes.isEmpty, "\(path) was refused, and did \(changes)")
        let said = parts.count > 1 ? (try? ExchangeJSONReader.read(Array(parts[1])))?.numbers ?? [] : []
        for change in changes {
            switch change {
            case .money(_, let amount, _, _), .transaction(_, let amount, _, _, _, _):
                try expect(said.contains(amount), "nobody has said \(change)")
            case .print(_, _, let price, let quantity):
                try expect(said.isSuperset(of: [price, quantity]), "nobody has said \(change)")
            default: break
            }
        }
    }

    /// Nothing where the connection was closed or hangs: what a fault does, and nothing else.
    private func answer(_ request: VenueHTTPRequest) throws(FuzzFinding) -> VenueHTTPResponse? {
        switch venue.react(to: request, at: now) {
        case .answer(let answer, let delay):
            try expect(delay >= 0, "an answer comes \(delay) ns before its question")
            return answer
        case .close, .hang:
            try expect(venue.faults != .none, "a request is not answered: \(request)")
            return nil
        }
    }

    private mutating func drained() -> [VenueEntry] {
        let new = venue.drainRecords()
        records += new
        return new.map(\.entry)
    }

    /// Without what strangers bring back by themselves.
    private func changes(_ entries: [VenueEntry]) -> [VenueEntry] {
        entries.filter { if case .quote(_, _, isStanding: true) = $0 { false } else { true } }
    }

    /// Two readings of the protocol, made apart: what one writes the other reads, a refusal in words that it knows.
    @discardableResult
    private func readByTheAdapter(
        _ answer: VenueHTTPResponse, _ read: (VenueAnswers) throws(AnswerFailure) -> AnyHashable?
    ) throws(FuzzFinding) -> AnyHashable? {
        do throws(AnswerFailure) {
            return try read(VenueAnswers(answer, dialect))
        } catch .refused(let refusal, _) {
            try expect(refusal != .unknown, "words that the adapter does not know: \(answer.text)")
        } catch {
            throw FuzzFinding("the adapter takes \(answer.text) for \(error)")
        }
        return nil
    }

    // MARK: In the end

    /// No money was made or lost, nobody owes any; and the records make the same books again.
    mutating func end() throws(FuzzFinding) {
        _ = drained()
        venue.faults = .none
        let books = report(venue)
        guard case .object(let members)? = try? ExchangeJSONReader.read(books),
            case .object(let coins)? = members.first(where: { $0.name == "coins" })?.value
        else { throw FuzzFinding("the books are no JSON: \(String(decoding: books, as: UTF8.self))") }
        for coin in coins {
            guard case .object(let purses) = coin.value else { throw FuzzFinding("\(coin.name) has no purses") }
            try expect(
                purses.contains { $0.name == "sum" && $0.value == "0" }, "of \(coin.name) there is \(coin.value)")
        }
        for account in [AccountID(1), AccountID(2), AccountID(3)] {
            for balance in venue.books.balances(of: account) {
                try expect(!balance.free.isNegative && !balance.held.isNegative, "\(account) has \(balance)")
            }
        }
        guard let read = try? VenueJournal.read(VenueJournal.headingLine + records.flatMap(VenueJournal.line)),
            read.records == records
        else { throw FuzzFinding("the records are written as others") }
        let again = TapiVenue(VenueScript.settings(dialect))
        for record in records { again.replay(record) }
        again.start(at: now)
        try expect(
            again.drainRecords().isEmpty && report(again) == books,
            "the records make other books: \(String(decoding: report(again), as: UTF8.self))")
    }

    private func report(_ venue: TapiVenue) -> [UInt8] {
        venue.control(VenueHTTPRequest("GET", "/books"), at: now).body
    }
}
