public import Exchange
import Synchronization
public import Trading

/// Asks an exchange what a key may do, with getInfo, before anybody relies on it, and with OrderInfo whether it sees an order.
///
/// Beside the requests of keys that are in use, and not through their lanes: a key that nobody has yet has none. Its nonces are
/// reserved as any others, so that the key goes on above them. A key that is in use must not be checked: its lane's next
/// request would be refused for its nonce.
public final class KeyCheck: Sendable {
    /// Why there is no answer.
    public enum Failure: Error, Hashable, Sendable {
        case answer(AnswerFailure)
        case noNonce(NonceSource.Failure)
        /// The exchange knows no such order of the key's account.
        case ofAnotherAccount(words: String)
    }

    private let client: HTTPClient
    private let url: String
    private let dialect: Dialect
    private let nonces: any NonceStore & Sendable
    private let clock: @Sendable () -> Timestamp

    /// `baseURL` without a slash at its end: `https://exchange.example`.
    public init(
        client: HTTPClient, baseURL: String, dialect: Dialect, nonces: any NonceStore & Sendable,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        url = baseURL + "/tapi"
        self.dialect = dialect
        self.nonces = nonces
        self.clock = clock
    }

    /// Asks once, or again where only the nonce was too low. `order` is the number of an order that the key is to see. `answer` is
    /// called once: on the client's thread, or here where nothing could be sent.
    public func ask(
        _ key: TapiKey, seeing order: UInt64? = nil,
        _ answer: @escaping @Sendable (Result<AccountInfo, Failure>) -> Void
    ) {
        let read: Reading<AccountInfo> = { reader, response throws(AnswerFailure) in try reader.accountInfo(response) }
        ask(key, .getInfo, read) { result in
            guard let order, case .success(let info) = result else { return answer(result) }
            self.ask(key, sees: order) { answer($0.map { info }) }
        }
    }

    private func ask(
        _ key: TapiKey, sees order: UInt64, _ answer: @escaping @Sendable (Result<Void, Failure>) -> Void
    ) {
        let read: Reading<Void> = { reader, response throws(AnswerFailure) in
            _ = try reader.orderInfo(response, expected: order)
        }
        ask(key, .orderInfo(orderID: order), read) { result in
            switch result {
            case .failure(.answer(.refused(.invalidOrder, let words))):
                answer(.failure(.ofAnotherAccount(words: words)))
            // An exchange without OrderInfo cannot be asked so.
            case .failure(.answer(.refused(.invalidMethod, _))): answer(.success(()))
            default: answer(result)
            }
        }
    }

    private typealias Reading<Value> = @Sendable (TapiReader, HTTPResponse) throws(AnswerFailure) -> Value

    private func ask<Value: Sendable>(
        _ key: TapiKey, _ request: TapiRequest, _ read: @escaping Reading<Value>,
        _ answer: @escaping @Sendable (Result<Value, Failure>) -> Void
    ) {
        do {
            let source = try NonceSource(key: key.key, dialect: dialect, store: nonces, blockSize: 1)
            var lane = KeyLane<Int>(source)
            _ = lane.add(request, urgency: .question, ticket: 0)
            Asking(self, key, request, lane, read, answer).send()
        } catch {
            answer(.failure(.noNonce(error)))
        }
    }

    /// One question on its way.
    private final class Asking<Value: Sendable>: Sendable {
        private enum Step: Sendable {
            case send(nonce: UInt64)
            case failed(NonceSource.Failure)
        }

        private let check: KeyCheck
        private let key: TapiKey
        private let request: TapiRequest
        private let lane: Mutex<KeyLane<Int>>
        private let reading: Reading<Value>
        private let answer: @Sendable (Result<Value, Failure>) -> Void

        init(
            _ check: KeyCheck, _ key: TapiKey, _ request: TapiRequest, _ lane: sending KeyLane<Int>,
            _ reading: @escaping Reading<Value>, _ answer: @escaping @Sendable (Result<Value, Failure>) -> Void
        ) {
            self.check = check
            self.key = key
            self.request = request
            self.lane = Mutex(lane)
            self.reading = reading
            self.answer = answer
        }

        func send() {
            let step: Step = lane.withLock { lane in
                switch lane.start() {
                case .send(_, _, let issued): .send(nonce: issued.nonce)
                case .failed(_, _, let failure): .failed(failure)
                case .nothing: preconditionFailure("a check of a key that is under way was to be sent again")
                }
            }
            switch step {
            case .send(let nonce): check.client.send(key.signed(request, nonce: nonce, url: check.url), take)
            case .failed(let failure): answer(.failure(.noNonce(failure)))
            }
        }

        private func take(_ outcome: HTTPOutcome) {
            let result = read(outcome)
            var failure: AnswerFailure?
            if case .failure(let found) = result { failure = found }
            let now = check.clock()
            switch lane.withLock({ [failure] in $0.answered(failure, at: now) }) {
            case .sentAgain: send()
            case .handOn: answer(result.mapError { .answer($0) })
            }
        }

        private func read(_ outcome: HTTPOutcome) -> Result<Value, AnswerFailure> {
            switch outcome {
            case .failure(let failure): .failure(.transport(failure))
            case .success(let response):
                Result { () throws(AnswerFailure) in try reading(TapiReader(check.dialect), response) }
            }
        }
    }
}
