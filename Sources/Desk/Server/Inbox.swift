import Conversation
import Threads
import Trading

/// Where everything that reaches the desk waits for its loop. Bounded: lines that find it full are refused.
typealias Inbox = Mailbox<DeskInput>

extension Mailbox<DeskInput> {
    /// Leaves an input.
    ///
    /// - Returns: false where the inbox is full and the input is one that can be refused, or the inbox is closed.
    func post(_ input: DeskInput) -> Bool { post(input, evenIfFull: !input.canBeRefused) }

    /// Forgets what an exchange has told: it was told to a desk that is no more, in answer to that one's questions.
    func forgetReports() {
        removeAll { input in
            if case .exchange = input { true } else { false }
        }
    }
}

extension DeskInput {
    /// Whether somebody is told at once that it was not taken. An exchange's report, an answer, an end cannot be refused.
    fileprivate var canBeRefused: Bool {
        switch self {
        case .server(.opened), .server(.lines), .server(.refused): true
        case .server(.closed), .passwordChecked, .passwordHashed, .keyChecked, .exchange, .paper, .wake, .clockStepped,
            .stop:
            false
        }
    }
}

extension DeskInput {
    var isStop: Bool { if case .stop = self { true } else { false } }
}

extension Timestamp {
    static let distantFuture = Timestamp(nanoseconds: .max)
}
