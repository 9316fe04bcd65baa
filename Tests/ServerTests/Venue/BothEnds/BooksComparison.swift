import ExactJSON
import Trading

/// What a trader has and was told, held against the books of a venue itself: to the last digit.
struct BooksComparison {
    private let trader: WireTrader
    /// What the desk calls it.
    private let exchange: String
    private let account: ExchangeJSON

    init(_ trader: WireTrader, _ venue: VenueEnd) throws {
        self.trader = trader
        exchange = venue.exchange
        let books = try venue.process.control("/books")
        let account = books["accounts"]?.elements.first { $0["key"]?.written == venue.key(of: trader.name) }
        guard let account else { throw Contradiction("\(exchange) knows no \(trader.name)") }
        self.account = account
    }

    /// What was told of this venue, in order.
    private func events(after first: UInt64 = 0) throws -> [(raw: String, event: Fields)] {
        try trader.notifications.filter { $0.key > first }.sorted { $0.key < $1.key }.compactMap { _, raw in
            let event = try Fields(raw)
            return (event.text("exchange") ?? event.object("order")?.text("exchange")) == exchange ? (raw, event) : nil
        }
    }

    var fillCount: Int { account["fills"]?.elements.count ?? 0 }
    var hasOpenOrders: Bool { account["open_orders"]?.elements.isEmpty != true }

    /// What differs between the desk's funds and the venue's; empty where nothing does.
    func differences(in funds: Fields) throws -> [String] {
        var desk: [String: [ExactDecimal]] = [:]
        for fund in try funds.objects("funds") {
            guard let coin = fund.text("coin") else { continue }
            desk[coin] = [try fund.money("free"), try fund.money("in_orders"), try fund.money("total")]
        }
        var differences: [String] = []
        for coin in account["funds"]?.names ?? [] {
            let purse = account["funds"]?[coin]
            let venue = try ["free", "held", "total"].map { try BooksComparison.money(purse?[$0]) }
            let ours = desk.removeValue(forKey: coin) ?? [.zero, .zero, .zero]
            if ours != venue {
                differences.append("\(coin) free, held, total: the desk has \(ours), the venue \(venue)")
            }
        }
        for (coin, amounts) in desk where amounts.contains(where: { !$0.isZero }) {
            differences.append("\(coin): the desk has \(amounts), the venue none")
        }
        return differences
    }

    private static func money(_ value: ExchangeJSON?) throws -> ExactDecimal {
        guard let amount = value?.written.flatMap({ ExactDecimal($0) }) else { throw Contradiction("no amount") }
        return amount
    }

    // MARK: Fills

    private struct FillFigures: Hashable {
        let price: ExactDecimal
        let quantity: ExactDecimal
        let fee: ExactDecimal
        let feeCoin: String
    }

    /// Each fill of the venue's was told once, with its figures, and no other; an order has filled what its fills come to.
    func checkFills() throws {
        var told: [String: FillFigures] = [:]
        var filled: [UInt64: ExactDecimal] = [:]
        for (raw, event) in try events() {
            guard let fill = event.object("fill"), let number = fill.number("id") else { continue }
            let figures = FillFigures(
                price: try fill.money("price"), quantity: try fill.money("quantity"), fee: try fill.money("fee"),
                feeCoin: fill.text("fee_currency") ?? "")
            guard told.updateValue(figures, forKey: "\(number)") == nil else {
                throw Contradiction("\(trader.name) is told fill \(number) twice: \(raw)")
            }
            guard let order = event.object("order"), let id = order.number("id") else { continue }
            filled[id, default: .zero] += figures.quantity
            guard try order.money("filled") == filled[id] else {
                throw Contradiction("\(trader.name): #\(id) has filled \(filled[id] ?? .zero) by its fills: \(raw)")
            }
        }
        for row in account["fills"]?.elements ?? [] {
            guard let number = row["trade_id"]?.written else { throw Contradiction("a fill without a number") }
            let figures = FillFigures(
                price: try BooksComparison.money(row["rate"]), quantity: try BooksComparison.money(row["amount"]),
                fee: try BooksComparison.money(row["fee"]), feeCoin: row["fee_coin"]?.written ?? "")
            guard told.removeValue(forKey: number) == figures else {
                throw Contradiction("\(trader.name): the venue has \(number) as \(figures), and that was not told")
            }
        }
        if let extra = told.first { throw Contradiction("\(trader.name) is told \(extra), and the venue has it not") }
    }

    // MARK: Orders

    /// No line has made two orders there.
    func checkOrders() throws {
        var ordersThere: [ExactDecimal: Int] = [:]
        for row in account["orders"]?.elements ?? [] {
            ordersThere[try BooksComparison.money(row["start_amount"]), default: 0] += 1
        }
        for line in trader.lines {
            guard case .order(let quantity) = line.kind else { continue }
            let isPlain = ["buy", "sell"].contains { line.line.hasPrefix($0) } && !line.line.contains("stop")
            guard isPlain, trader.place(of: line).map({ $0 == exchange }) ?? true else { continue }
            guard trader.orderOfQuantity[quantity].map(trader.movedOrders.contains) != true else { continue }
            guard ordersThere[quantity, default: 0] <= 1 else {
                throw Contradiction("\(trader.name): \(line.tag) \(line.line) made two orders at \(exchange)")
            }
        }
    }

    /// Nobody moved money by hand: where no fill was foreign, the desk never had to book what it could not explain.
    func checkBookings(after setup: UInt64) throws {
        let told = try events(after: setup)
        guard !told.contains(where: { $0.event.text("event") == "foreign_fill" }) else { return }
        if let first = told.first(where: { $0.event.text("event") == "funds_changed" }) {
            throw Contradiction("\(trader.name): money came or went by itself: \(first.raw)")
        }
    }
}
