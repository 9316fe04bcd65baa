import CommandGrammar
import DequeModule
import Exchange
import Ledger
import Logging
import OrderEngine
import Secrets
import Trading

/// The desk's place at one exchange: the engine of its orders, what is known of its market, what is asked and awaited of it, and how
/// each account there is compared with it.
///
/// Nothing that one seat waits for holds another up. Order numbers, notifications, people and their lines are the desk's, and one
/// sequence for all seats.
final class Seat {
    let id: ExchangeID
    let exchange: any Exchange
    /// The same as `exchange` where that is the paper exchange.
    let paper: PaperExchange?
    /// Whose seat it is.
    unowned let desk: DeskCore

    var engine: OrderEngine
    var market: SeatMarket
    var keys: SeatKeys
    /// What is asked and awaited of an exchange that answers over the wire; nil for the paper exchange.
    var wire: Wire?
    var tape: SeatTape
    var backlog = SeatBacklog()
    var traffic = Traffic()
    /// What is asked of the exchange again and again.
    var jobs = JobBook()

    /// What goes to and fro between the engine and the exchange within a batch.
    struct Traffic {
        /// What the exchange has said and the engine does not know yet.
        var reports: Deque<ExchangeReport> = []
        /// What the engine wants asked of the exchange.
        var requests: Deque<OrderRequest> = []
        var isPumping = false
        /// What of the tables is behind the records.
        var touchedOrders: Set<OrderID> = []
        var touchedFunds: Set<OrderEngine.TouchedFunds> = []
    }

    init(_ setup: DeskCore.ExchangeSetup, engine: OrderEngine, alerts: AlertBook, of desk: DeskCore) {
        id = setup.id
        exchange = setup.exchange
        paper = setup.exchange.paper
        keys = SeatKeys(custody: setup.keys)
        tape = SeatTape(setup.tape)
        self.engine = engine
        market = SeatMarket(follows: setup.follows, alerts: alerts)
        self.desk = desk
    }

    /// As a trader types and reads it.
    var name: String { id.description }
    /// The pairs that the exchange trades, in order.
    var pairs: [Pair] { market.pairs }
    var alerts: AlertBook { market.alerts }

    // MARK: The desk's

    var now: Timestamp { desk.now }
    var log: Logger { desk.log }
    var limits: DeskLimits { desk.configuration.limits }
    var isReadOnly: Bool { desk.isReadOnly }

    func ledgerTransaction() throws -> LedgerTransaction { try desk.ledgerTransaction() }

    // MARK: The engine

    /// Decides an input and applies what was decided. Orders get the desk's next numbers.
    func process(_ input: Input, at moment: Timestamp? = nil) -> OrderEngine.Outcome {
        defer { desk.recorded.nextOrderID = max(desk.recorded.nextOrderID, engine.nextOrderID) }
        return engine.process(input, at: moment ?? now, numbersFrom: desk.recorded.nextOrderID)
    }

    /// When something of it is due by itself.
    var nextDue: Timestamp? {
        [engine.nextExpiry, tape.player?.nextDue, nextPriceNotice, wire?.next].compactMap(\.self).min()
    }

    /// Pairs and prices as an exchange has them that answers at once.
    func observeExchange() {
        for report in exchange.ask(.pairs, id: QueryID(0), at: now) {
            guard case .answer(_, .pairs(let rules)) = report else { continue }
            for one in rules { engine.observe(one) }
            // Which pairs another exchange has, that one tells.
            market.take(market.follows == nil ? rules.map(\.pair) : [])
        }
        for pair in pairs {
            for report in exchange.ask(.ticker(pair), id: QueryID(0), at: now) {
                if case .answer(_, .ticker(_, let ticker)) = report { engine.observe(ticker, of: pair) }
            }
        }
    }

    /// The paper exchange's books were written in the same transactions as the records: what they say an account has must be
    /// the same to the last digit. Where it is not, one of the two is damaged, and trading on would make it worse.
    func checkBooks() throws {
        guard let paper, let difference = BooksDifference.first(of: engine, paper) else { return }
        throw DeskError.booksDiffer(difference.description)
    }

    /// Reads a line in the words of this exchange's pairs.
    func parser(quote: Coin) -> CommandParser { market.parser(quote: quote) }
}

/// The tape that drives a paper exchange, and what has become of it.
struct SeatTape {
    /// Nil where there is none, or it cannot be read any further.
    var player: TapePlayer?
    /// Why it plays no more, where there was one.
    var stop: TapeStop?
    /// Whether its end has been dealt with in this run.
    var isEndHandled = false
    /// Pairs that were quoted or traded by hand since it stopped: their prices are of now.
    var pairsMovedByHand: Set<Pair> = []
    /// Batches in a row after which it had more to play at once.
    var batchesBehind = 0

    init(_ player: TapePlayer?) {
        self.player = player
        // A tape that was played to its end before the restart has no price of now.
        if let player, player.nextDue == nil { stop = .ended }
    }
}
