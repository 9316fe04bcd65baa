import Accounts
import Conversation
import Exchange
import Logging
import Trading

/// Why the tape of the paper exchange plays no more. Its prices are not of now from then on.
enum TapeStop: String {
    case ended
    case broken

    /// Whose price is asked for, in words for a refusal.
    var words: String {
        switch self {
        case .ended: "the tape has ended"
        case .broken: "the tape is broken"
        }
    }
}

extension Seat {
    /// The note of the paper exchange that says which end of a tape has been told.
    private static let tapeEndNote = "tape_end"

    /// Tells every account, once, that the tape is over. After a restart with the same tape it is known that it was told.
    func takeEndOfTape(_ player: TapePlayer) throws {
        guard !tape.isEndHandled else { return }
        tape.isEndHandled = true
        tape.stop = .ended
        let position = player.position
        let trades = position.tapes.reduce(0) { $0 + $1.rowsPlayed }
        log.notice(
            "the tape has ended after \(trades) trades; market orders are refused until a tape plays or --loop is given"
        )
        guard let paper, paper.note(Seat.tapeEndNote) != position.bytes else { return }
        paper.setNote(Seat.tapeEndNote, position.bytes, isDurable: true)
        let place = desk.place(of: self)
        try tellEverybody("tape_ended", ["exchange": .string(name), "trades": .int(Int64(clamping: trades))]) { _ in
            """
            * tape ended\(place): all \(trades) trades were played; prices stand still, and market orders are refused (feed_stale)
            """
        }
    }

    /// The tape plays: its end is to be told when it comes.
    func forgetEndOfTape() {
        guard let paper, paper.note(Seat.tapeEndNote) != nil else { return }
        paper.setNote(Seat.tapeEndNote, nil, isDurable: true)
    }

    /// The prices of the paper exchange come from nowhere any more: nothing fires, and nothing fills but by hand.
    func takeBreakOfTape(_ error: TapeError) throws {
        tape.stop = .broken
        log.error("the tape stops: \(error)")
        let reason = (error.line.map { "line \($0): " } ?? "") + error.message
        let fields: JSONObject = [
            "exchange": .string(name), "since": .string(now.description), "reason": .string(reason),
        ]
        try tellEverybody("feed_lost", fields) { _ in
            """
            * feed lost: the tape of the \(name) exchange cannot be read any further (\(reason)); its prices stand \
            still, and what is open there stays there
            """
        }
    }

    private func tellEverybody(_ event: String, _ fields: JSONObject, _ text: (TimeZoneRules) -> String) throws {
        try desk.tell(
            try desk.accountStore().accounts().filter { !$0.isDisabled }.map(\.id), event: event, fields, text)
    }
}
