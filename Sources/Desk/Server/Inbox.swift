import ChatServer
import DequeModule
import Trading

/// Where everything that reaches the desk waits for its loop. Bounded: lines that find it full are refused.
final class Inbox: Sendable {
    private struct State {
        var inputs: Deque<DeskInput> = []
        var isOpen = true
    }

    private let state = Monitor(State())
    private let inputsMax: Int

    init(inputsMax: Int) {
        self.inputsMax = inputsMax
    }

    /// Leaves an input. False where the inbox is full and the input is one that can be refused, or is closed.
    func post(_ input: DeskInput) -> Bool {
        state.withLock { state in
            guard state.isOpen, !input.canBeRefused || state.inputs.count < inputsMax else { return false }
            state.inputs.append(input)
            return true
        }
    }

    /// Waits for inputs, at most so long, and takes at most `count` of them: none where the time ran out.
    func take(_ count: Int, waitingNanoseconds limit: Int64) -> [DeskInput] {
        state.wait(nanoseconds: limit) { state -> [DeskInput]? in
            guard !state.inputs.isEmpty else { return nil }
            let taken = Array(state.inputs.prefix(count))
            state.inputs.removeFirst(taken.count)
            return taken
        } ?? []
    }

    /// Forgets what an exchange has told: it was told to a desk that is no more, in answer to that one's questions.
    func forgetReports() {
        state.withLock { state in
            state.inputs.removeAll { input in
                if case .exchange = input { true } else { false }
            }
        }
    }

    /// Takes nothing more, and gives back what still waits.
    func close() -> [DeskInput] {
        state.withLock { state in
            state.isOpen = false
            defer { state.inputs.removeAll() }
            return Array(state.inputs)
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
