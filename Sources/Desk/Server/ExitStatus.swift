import Exchange
import Ledger

/// How the program ends where it cannot serve, by the numbers of <sysexits.h>, so that the service manager knows whether to
/// start it again.
public enum ExitStatus: Int32, Sendable {
    /// EX_DATAERR: the database does not hold together, is not ours, or has lost something; or a tape cannot be played. Starting again
    /// does not mend it.
    case dataUnusable = 65
    /// EX_TEMPFAIL: the disk failed, is full or is busy, or the machine has nothing to give. Starting again may help.
    case tryAgain = 75

    public init(of error: any Error) {
        if error is TapeError {
            self = .dataUnusable
            return
        }
        guard let error = error as? LedgerError else {
            self = .tryAgain
            return
        }
        switch error {
        case .notADatabase, .foreignDatabase, .foreignLog, .replaced, .recordsLost, .newerVersion, .corrupt,
            .beyondRebuild, .badRecord,
            .badRow:
            self = .dataUnusable
        case .poisoned(let first): self.init(of: first)
        default: self = .tryAgain
        }
    }
}
