import Ledger

/// How the program ends where it cannot serve, by the numbers of <sysexits.h>, so that the service manager knows whether to
/// start it again.
public enum ExitStatus: Int32, Sendable {
    /// EX_DATAERR: the database does not hold together, is not ours, or has lost something. Starting again does not mend it.
    case databaseUnusable = 65
    /// EX_TEMPFAIL: the disk failed, is full or is busy, or the machine has nothing to give. Starting again may help.
    case tryAgain = 75

    public init(of error: any Error) {
        guard let error = error as? LedgerError else {
            self = .tryAgain
            return
        }
        switch error {
        case .notADatabase, .foreignDatabase, .foreignLog, .replaced, .recordsLost, .newerVersion, .corrupt, .badRecord,
            .badRow:
            self = .databaseUnusable
        case .poisoned(let first): self.init(of: first)
        default: self = .tryAgain
        }
    }
}
