import BtceExchange
import Dispatch
import Glibc
import OutcryMeasuring
import Synchronization

/// Orders a second through an exchange over HTTP, beside bare `Trade` requests to the same venue; and how long it takes from a
/// fill there to its trader's notification here.
struct WireMeasurement {
    private let options: MeasureOptions

    init(_ options: MeasureOptions) { self.options = options }

    /// Traders, each with one order under way. No more than connections that the HTTP client keeps.
    private static let traderCounts = [1, 10]
    private static let warmUpSeconds = 0.3
    private static let fills = 100

    private struct Round {
        var bare = Samples()
        var desk = Samples()
        var ratio = Samples()
        var median = Samples()
        var worst = Samples()
    }

    func run() throws {
        var rounds: [Int: Round] = [:]
        for _ in 0..<options.rounds {
            for count in WireMeasurement.traderCounts { try measure(count, into: &rounds[count, default: Round()]) }
        }
        var table = FigureTable("traders", "bare Trade/s", "orders/s", "to bare", "median ms", "99th percentile ms")
        for count in WireMeasurement.traderCounts {
            guard let round = rounds[count] else { continue }
            table.add(
                "\(count)", round.bare.median.grouped, round.desk.median.grouped, round.ratio.median.fixed(3),
                round.median.median.fixed(2), round.worst.median.fixed(2))
        }
        table.print(
            titled: "Orders over HTTP to outcry venue, each trader with one under way (medians of \(options.rounds))")
        let times = try fillTimes()
        var latency = FigureTable("fills", "median ms", "99th percentile ms", "least ms")
        latency.add(
            "\(times.values.count)", times.median.fixed(1), times.percentile(0.99).fixed(1),
            times.percentile(0).fixed(1))
        latency.print(
            titled: "From a fill at the venue to its trader's notification, open orders looked at each second")
    }

    // MARK: Orders a second

    private func measure(_ count: Int, into round: inout Round) throws {
        let venue = try VenueUnderLoad(accounts: 3 * count)
        // Half of the bare requests before and half after the desk's orders: one venue, the same seconds.
        let half = options.seconds / 2
        let before = try bareRate(venue, keys: count + 1...2 * count, seconds: half)
        let desk = try withScratchFolder(in: options.folder) { folder in
            let desk = try WireDesk(traders: count, at: venue, folder: folder)
            defer { desk.stop() }
            return try SocketBench(port: desk.port, tokens: desk.tokens, seconds: options.seconds)
        }
        let after = try bareRate(venue, keys: 2 * count + 1...3 * count, seconds: half)
        try venue.stop()
        let bare = (before + after) / 2
        round.bare.add(bare)
        round.desk.add(desk.rate)
        round.ratio.add(desk.rate / bare)
        round.median.add(desk.times.median)
        round.worst.add(desk.times.percentile(0.99))
    }

    /// Signed `Trade` requests a second over libcurl's multi interface, as many under way as there are keys.
    private func bareRate(_ venue: VenueUnderLoad, keys: ClosedRange<Int>, seconds: Double) throws -> Double {
        let client = try HTTPClient(.forTrading)
        let traders = keys.map { BareTrader(Traders.name($0), venue, client) }
        for trader in traders { trader.sendNext() }
        usleep(UInt32(WireMeasurement.warmUpSeconds * 1_000_000))
        let start = ContinuousClock.now
        usleep(UInt32(seconds * 1_000_000))
        let end = ContinuousClock.now
        let count = try traders.reduce(0) { $0 + (try $1.stop(since: start, until: end)) }
        return Double(count) / start.duration(to: end).seconds
    }

    // MARK: From a fill to its notification

    /// In milliseconds, from before the operator has a stranger trade with the order. The moments are spread over the second
    /// between two looks of the desk.
    private func fillTimes() throws -> Samples {
        let venue = try VenueUnderLoad(accounts: 1)
        let client = try HTTPClient(.forTrading)
        let times = try withScratchFolder(in: options.folder) { folder in
            let desk = try WireDesk(traders: 1, at: venue, folder: folder)
            defer { desk.stop() }
            let talk = try DeskTalk(port: desk.port, token: desk.tokens[0])
            defer { talk.close() }
            var times = Samples()
            for number in 0..<WireMeasurement.fills {
                // Between the bid and the ask of all others.
                let reply = try talk.ask("buy 0.1 btc_usd at 230")
                guard reply.hasPrefix("+ #") else { throw MeasureError(reply) }
                let order = reply.dropFirst(2).prefix { $0 != " " }
                usleep(UInt32(number * 1_000_000 / WireMeasurement.fills))
                let start = ContinuousClock.now
                try trade(client, venue)
                let told = try talk.message { $0.hasPrefix("* \(order) filled") }
                times.add(start.duration(to: told.at).seconds * 1_000)
            }
            return times
        }
        try venue.stop()
        return times
    }

    private func trade(_ client: HTTPClient, _ venue: VenueUnderLoad) throws {
        let body = #"{"pair":"btc_usd","price":"230","amount":"0.1","side":"sell"}"#
        let answer = Answer()
        client.send(
            HTTPRequest(.post(body: Array(body.utf8)), url: venue.controlURL + "/trade", delivery: .onceAtMost)
        ) { outcome in
            answer.outcome.withLock { $0 = outcome }
            answer.isThere.signal()
        }
        answer.isThere.wait()
        guard case .success(let response)? = answer.outcome.withLock({ $0 }) else { throw MeasureError("no answer") }
        let text = String(decoding: response.body, as: UTF8.self)
        guard text == #"{"success":1,"fills":1}"# else { throw MeasureError(text) }
    }

    private final class Answer: Sendable {
        let outcome = Mutex<HTTPOutcome?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }
}
