/// What keeps a desk from working.
public enum DeskError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotOpen(String)
    /// What the records say an account has, and what the paper exchange's books say, is not the same.
    case booksDiffer(String)
    case outsideBatch
    /// A desk that only answers questions was about to decide something.
    case readOnly

    public var description: String {
        switch self {
        case .cannotOpen(let reason): reason
        case .booksDiffer(let how): "the books differ: \(how)"
        case .outsideBatch: "the ledger was used outside of a batch"
        case .readOnly: "a desk that only answers questions was about to change something"
        }
    }
}
