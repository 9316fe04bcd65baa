import BtceExchange
import Dispatch
import OutcryMeasuring
import Synchronization
import Trading

/// One key that sends its next `Trade` when the last is answered: signed, over libcurl's multi interface, and nothing else.
final class BareTrader: Sendable {
    private struct State {
        var nonce: UInt64 = 0
        var isStopped = false
        var answered: [ContinuousClock.Instant] = []
        var failure: String?
    }

    private let key: TapiKey
    private let url: String
    private let client: HTTPClient
    private let state = Mutex(State())
    private let stopped = DispatchSemaphore(value: 0)

    init(_ name: String, _ venue: VenueUnderLoad, _ client: HTTPClient) {
        key = TapiKey(key: name, secret: Array(name.utf8))
        url = venue.url + "/tapi"
        self.client = client
    }

    func sendNext() {
        let nonce = state.withLock { state in
            state.nonce += 1
            return state.nonce
        }
        let trade = TapiRequest.trade(
            pair: "btc_usd", side: .buy, rate: Traders.price(Int(nonce)), amount: BareTrader.amount)
        client.send(key.signed(trade, nonce: nonce, url: url)) { [self] outcome in take(outcome) }
    }

    private static let amount = ExactDecimal(units: 500_000_000_000_000_000)

    private func take(_ outcome: HTTPOutcome) {
        let goesOn = state.withLock { state in
            switch outcome {
            case .success(let response) where response.body.starts(with: Array(#"{"success":1"#.utf8)):
                state.answered.append(.now)
            case .success(let response): state.failure = String(decoding: response.body, as: UTF8.self)
            case .failure(let failure): state.failure = "\(failure)"
            }
            return !state.isStopped && state.failure == nil
        }
        if goesOn { sendNext() } else { stopped.signal() }
    }

    /// Sends no more, and waits for the last answer. How many came between two moments.
    func stop(since start: ContinuousClock.Instant, until end: ContinuousClock.Instant) throws -> Int {
        state.withLock { $0.isStopped = true }
        stopped.wait()
        return try state.withLock { state in
            if let failure = state.failure { throw MeasureError(failure) }
            return state.answered.count { $0 >= start && $0 < end }
        }
    }
}
