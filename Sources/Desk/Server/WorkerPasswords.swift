import Accounts
import Secrets
import Threads
import Trading

/// Checks passwords on threads of their own, and leaves the answers in the inbox.
final class WorkerPasswords: PasswordChecking {
    private let verifier: PasswordVerifier
    private let inbox: Inbox

    init(verifier: PasswordVerifier, inbox: Inbox) {
        self.verifier = verifier
        self.inbox = inbox
    }

    func check(_ password: Secret, against stored: PasswordHash?, as job: PasswordJobID) throws(Refusal) {
        let inbox = inbox
        try verifier.verify(password, against: stored) { result in
            _ = inbox.post(.passwordChecked(job, isRight: try? result.get()))
        }
    }

    func hash(_ password: Secret, as job: PasswordJobID) throws(Refusal) {
        let inbox = inbox
        try verifier.hash(password) { result in
            _ = inbox.post(.passwordHashed(job, try? result.get()))
        }
    }
}
