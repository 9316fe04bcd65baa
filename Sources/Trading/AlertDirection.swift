/// Which way the market has to cross an alert's price. The names are stored.
public enum AlertDirection: String, Hashable, Sendable, CaseIterable {
    case above
    case below
}
