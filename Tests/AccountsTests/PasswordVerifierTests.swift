import Accounts
import Foundation
import Secrets
import Testing
import Trading

struct PasswordVerifierTests {
    private let hash = try! PasswordHash(hashing: Secret("correct horse"), cost: testCost)

    private func answer(_ verifier: PasswordVerifier, _ password: String, _ stored: PasswordHash?) async throws -> Bool
    {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try verifier.verify(Secret(password), against: stored) { continuation.resume(with: $0) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    @Test func `a right password is true, and a wrong one, or a wrong name, is false`() async throws {
        let verifier = try PasswordVerifier(cost: testCost)
        #expect(try await answer(verifier, "correct horse", hash))
        #expect(try await !answer(verifier, "correct hors", hash))
        #expect(try await !answer(verifier, "correct horse", nil))
        verifier.shutDown()
    }

    @Test func `a new password is hashed at the verifier's cost`() async throws {
        let verifier = try PasswordVerifier(cost: testCost)
        let hash: PasswordHash = try await withCheckedThrowingContinuation { continuation in
            do {
                try verifier.hash(Secret("battery staple")) { continuation.resume(with: $0) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(hash.cost == testCost)
        #expect(try hash.matches(Secret("battery staple")))
        verifier.shutDown()
    }

    @Test func `what finds no place is refused, and a place is free again when its job is done`() async throws {
        let verifier = try PasswordVerifier(limits: .init(threads: 1, jobCountMax: 3), cost: testCost)
        // Holds the only thread in a completion, where the job has given its place up already.
        let gate = DispatchSemaphore(value: 0)
        let reached = DispatchSemaphore(value: 0)
        let answered = DispatchSemaphore(value: 0)
        try verifier.verify(Secret("x"), against: hash) { _ in
            reached.signal()
            gate.wait()
        }
        #expect(wait(for: reached))
        for _ in 0..<3 { try verifier.verify(Secret("x"), against: hash) { _ in answered.signal() } }
        #expect(try refusalCode { try verifier.verify(Secret("x"), against: hash) { _ in } } == .tooManyWaiting)
        gate.signal()
        for _ in 0..<3 { #expect(wait(for: answered)) }
        #expect(try await answer(verifier, "correct horse", hash))
        verifier.shutDown()
    }

    @Test func `shutting down answers everybody, and takes no more`() throws {
        let verifier = try PasswordVerifier(limits: .init(threads: 1, jobCountMax: 10), cost: testCost)
        let gate = DispatchSemaphore(value: 0)
        let reached = DispatchSemaphore(value: 0)
        let answers = Answers()
        try verifier.verify(Secret("correct horse"), against: hash) { answer in
            answers.append(answer)
            reached.signal()
            gate.wait()
        }
        #expect(wait(for: reached))
        for _ in 0..<5 { try verifier.verify(Secret("correct horse"), against: hash) { answers.append($0) } }
        let closed = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            verifier.shutDown()
            closed.signal()
        }
        // The door is shut before what waits is answered: until then a login may still find a place.
        var isShut = false
        for _ in 0..<20_000 where !isShut {
            Thread.sleep(forTimeInterval: 0.001)
            isShut =
                try refusalCode {
                    try verifier.verify(Secret("x"), against: nil) { answers.append($0) }
                } == .shuttingDown
        }
        #expect(isShut)
        gate.signal()
        #expect(wait(for: closed))
        let all = answers.all
        #expect(all.count >= 6)
        #expect(all.first == .success(true))
        #expect(all.dropFirst().allSatisfy { $0 == .failure(.abandoned) })
    }

    private func wait(for semaphore: DispatchSemaphore) -> Bool { semaphore.wait(timeout: .now() + 20) == .success }

    // Unchecked: every access to the array holds the lock.
    private final class Answers: @unchecked Sendable {
        private let lock = NSLock()
        private var answers: [Result<Bool, SecretFailure>] = []

        func append(_ answer: Result<Bool, SecretFailure>) { lock.withLock { answers.append(answer) } }
        var all: [Result<Bool, SecretFailure>] { lock.withLock { answers } }
    }
}
