/// What keeps a desk from working.
public enum DeskError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotOpen(String)
    case outsideBatch
    /// A desk that only answers questions was about to decide something.
    case readOnly

    public var description: String {
        switch self {
        case .cannotOpen(let reason): reason
        case .outsideBatch: "the ledger was used outside of a batch"
        case .readOnly: "a desk that only answers questions was about to change something"
        }
    }
}
