import Foundation
public import Secrets
import Synchronization
public import Trading

/// The threads that passwords are hashed and checked on, so that no loop waits 0.1 s for scrypt.
///
/// A bounded line: what does not fit is refused with `too_many_waiting`, because a login that waits longer than a person
/// does only takes memory.
public final class PasswordVerifier: Sendable {
    /// How many passwords are worked on at once, and how many may wait.
    public struct Limits: Hashable, Sendable {
        /// How many passwords are worked on at once. Each takes a core and, at the standard cost, 32 MiB.
        public var threads: Int
        /// How many may be with the verifier, worked on or waiting.
        public var jobCountMax: Int

        public init(threads: Int = 2, jobCountMax: Int = 64) {
            precondition(threads > 0 && jobCountMax > 0, "a verifier has a thread and a place at least")
            self.threads = threads
            self.jobCountMax = jobCountMax
        }
    }

    private struct State {
        var jobCount = 0
        var isShutDown = false
    }

    private let limits: Limits
    private let cost: ScryptCost
    private let decoy: PasswordHash
    private let queue = OperationQueue()
    private let state = Mutex(State())

    /// `cost` is that of new hashes, and of the decoy.
    public init(limits: Limits = Limits(), cost: ScryptCost = .standard) throws(SecretFailure) {
        self.limits = limits
        self.cost = cost
        decoy = try PasswordHash.decoy(cost: cost)
        queue.maxConcurrentOperationCount = limits.threads
        queue.name = "outcry.passwords"
    }

    /// Checks a password against what is stored, or against the decoy where no such account is: the answer then is
    /// false, after as long.
    ///
    /// `completion` is called exactly once, on one of the verifier's threads. Throws `too_many_waiting` or
    /// `shutting_down`; then it is not called.
    public func verify(
        _ password: Secret, against stored: PasswordHash?,
        completion: @escaping @Sendable (Result<Bool, SecretFailure>) -> Void
    ) throws(Refusal) {
        let hash = stored ?? decoy
        let isKnown = stored != nil
        try enqueue(completion) { () throws(SecretFailure) in
            let matches = try hash.matches(password)
            return matches && isKnown
        }
    }

    /// Hashes a new password. Called back and refused as `verify` is. The rule for passwords is the caller's to ask.
    public func hash(
        _ password: Secret, completion: @escaping @Sendable (Result<PasswordHash, SecretFailure>) -> Void
    ) throws(Refusal) {
        let cost = cost
        try enqueue(completion) { () throws(SecretFailure) in
            try PasswordHash(hashing: password, cost: cost)
        }
    }

    /// Takes no more, finishes what is under way, and answers what still waits with `abandoned`. Blocks until all are
    /// answered; must not be called from a completion.
    public func shutDown() {
        state.withLock { $0.isShutDown = true }
        queue.waitUntilAllOperationsAreFinished()
    }

    private func enqueue<Value: Sendable>(
        _ completion: @escaping @Sendable (Result<Value, SecretFailure>) -> Void,
        _ work: @escaping @Sendable () throws(SecretFailure) -> Value
    ) throws(Refusal) {
        let refusal: Refusal? = state.withLock { state in
            guard !state.isShutDown else { return Refusal(.shuttingDown, "the desk is closing") }
            guard state.jobCount < limits.jobCountMax else {
                return Refusal(.tooManyWaiting, "too many logins are waiting; try again in a moment")
            }
            state.jobCount += 1
            // Inside the lock, so that `shutDown` cannot pass between the place taken and the work queued.
            queue.addOperation { [self] in
                let isShutDown = self.state.withLock { $0.isShutDown }
                let result = isShutDown ? .failure(.abandoned) : Result(catching: work)
                self.state.withLock { $0.jobCount -= 1 }
                completion(result)
            }
            return nil
        }
        if let refusal { throw refusal }
    }
}
