public import Exchange
import Synchronization
public import Trading

/// Asks an exchange what a key may do, with getInfo, before anybody relies on it.
///
/// Beside the requests of keys that are in use, and not through their lanes: a key that nobody has yet has none. Its nonces are
/// reserved as any others, so that the key goes on above them. A key that is in use must not be checked: its lane's next
/// request would be refused for its nonce.
public final class KeyCheck: Sendable {
    /// Why there is no answer.
    public enum Failure: Error, Hashable, Sendable {
        case answer(AnswerFailure)
        case noNonce(NonceSource.Failure)
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

    /// Asks once, or again where only the nonce was too low. `answer` is called once: on the client's thread, or here where
    /// nothing could be sent.
    public func ask(_ key: TapiKey, _ answer: @escaping @Sendable (Result<AccountInfo, Failure>) -> Void) {
        do {
            let source = try NonceSource(key: key.key, dialect: dialect, store: nonces, blockSize: 1)
            var lane = KeyLane<Int>(source)
            _ = lane.add(.getInfo, urgency: .question, ticket: 0)
            Asking(self, key, lane, answer).send()
        } catch {
            answer(.failure(.noNonce(error)))
        }
    }

    /// One check on its way.
    private final class Asking: Sendable {
        private enum Step: Sendable {
            case send(nonce: UInt64)
            case failed(NonceSource.Failure)
        }

        private let check: KeyCheck
        private let key: TapiKey
        private let lane: Mutex<KeyLane<Int>>
        private let answer: @Sendable (Result<AccountInfo, Failure>) -> Void

        init(
            _ check: KeyCheck, _ key: TapiKey, _ lane: sending KeyLane<Int>,
            _ answer: @escaping @Sendable (Result<AccountInfo, Failure>) -> Void
        ) {
            self.check = check
            self.key = key
            self.lane = Mutex(lane)
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
            case .send(let nonce): check.client.send(key.signed(.getInfo, nonce: nonce, url: check.url), take)
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

        private func read(_ outcome: HTTPOutcome) -> Result<AccountInfo, AnswerFailure> {
            switch outcome {
            case .failure(let failure): .failure(.transport(failure))
            case .success(let response):
                Result { () throws(AnswerFailure) in try TapiReader(check.dialect).accountInfo(response) }
            }
        }
    }
}
