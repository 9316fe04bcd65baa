import DequeModule
import Trading

/// The lines that have no answer yet, by what they wait for. None of it is on disk: whoever typed such a line is told by `PendingReply`,
/// or the line has done nothing.
struct Waiting {
    /// For what an exchange says of their orders.
    var replies = PendingReplies()
    /// For an exchange's answer to a question.
    var questions = LineQuestions()
    /// For an exchange to tell the funds, before they are run.
    var funds: [FundsWait] = []
    /// For their turn.
    var turns = TurnRing()
    /// For further steps of their answer, by whose they are.
    var longQuestions: [AccountID: Deque<LongQuestion>] = [:]
    /// How many lines of all sessions wait for their turn, or behind one that waits for something else.
    var lineCount = 0

    /// The lines that have been begun and are answered later.
    var begun: [LineContext] {
        replies.all.map(\.context) + questions.waiting.map(\.context) + funds.map(\.context)
            + longQuestions.keys.sorted().flatMap { longQuestions[$0]?.map(\.context) ?? [] }
    }

    /// Whether there are such lines, or any that wait for their turn.
    var hasLines: Bool {
        !replies.isEmpty || !questions.waiting.isEmpty || !funds.isEmpty || turns.hasLines || !longQuestions.isEmpty
    }

    /// When the first of them is answered with what is known by then.
    var firstDue: Timestamp? { [replies.firstDue, funds.map(\.dueBy).min()].compactMap(\.self).min() }

    /// The ledger has failed: whoever waits is told so by `DeskCore.fail`.
    mutating func removeAll() {
        replies.removeAll()
        questions.removeAll()
        funds.removeAll()
        longQuestions.removeAll()
        turns.removeAll()
        lineCount = 0
    }
}

extension Array {
    /// Takes out the elements at some places, which are in order.
    ///
    /// What is to be taken is found out before: while a part of the desk's state is being changed, none of it can be read.
    mutating func takeOut(_ places: [Int]) -> [Element] {
        let taken = places.map { self[$0] }
        for place in places.reversed() { remove(at: place) }
        return taken
    }
}
