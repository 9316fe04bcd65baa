import CommandGrammar
import Trading

/// Why a desk answers questions only, and changes nothing.
///
/// Its ledger rolls back whatever is written (`LedgerOptions.discardsWrites`), its clock stands still for orders, alerts and the
/// tape, and what an exchange tells is not taken in: it is asked again when the desk is opened as a whole.
public enum ReadOnlyReason: Hashable, Sendable {
    /// There is no room for what has to be written.
    case diskFull
    /// The records and the paper exchange's books do not say the same of what an account has.
    case booksDiffer

    var refusal: Refusal {
        switch self {
        case .booksDiffer:
            Refusal(
                .booksDiffer,
                "the records and the paper exchange's books differ: the desk answers questions and changes nothing",
                details: ["whoever runs it stops it and runs outcry rebuild; nothing was done"])
        case .diskFull:
            Refusal(
                .diskFull, "the server's disk is full: it answers questions and changes nothing; nothing was done",
                details: ["orders that are at the exchange stay there; send the line again when there is room"])
        }
    }

    /// As `GET /health` says it.
    var state: String {
        switch self {
        case .diskFull: "read only: the disk is full"
        case .booksDiffer: "read only: the books differ"
        }
    }
}

extension DeskCore {
    /// Why a line is not done for now, however good it is; nil where it is.
    func refusalForRoom(_ command: Command?) -> Refusal? {
        guard let command else { return nil }
        if let reason = configuration.readOnly, !command.onlyAsks { return reason.refusal }
        if upkeep.disk.room == .short, command.needsRoom {
            return Refusal(
                .diskLow,
                "the server's disk is nearly full: no new orders until there is room; nothing was done",
                details: ["cancel, panic and questions are answered"])
        }
        return nil
    }
}

extension Command {
    /// Whether it is answered from what is known, and nothing has to be written for it. A login counts: what is kept of it is
    /// when it was.
    var onlyAsks: Bool {
        switch self {
        case .login, .logout, .quit, .whoami, .tokens, .orders, .orderDetail, .why, .report, .reportDrift, .preview,
            .funds,
            .fund,
            .summary, .trades, .transactions, .export, .price, .depth, .tape, .pairs, .fee, .chart, .watch, .unwatch,
            .alerts, .settings, .keys, .inbox, .help, .time, .version, .aliases, .jobs, .resume(from: .some),
            .twoFactor(nil), .exchanges, .use(nil):
            true
        default: false
        }
    }

    /// Whether it makes something new that is kept.
    fileprivate var needsRoom: Bool {
        switch self {
        case .go, .undo, .alert, .alias, .register, .tokenNew: true
        default: makesOrder
        }
    }
}
