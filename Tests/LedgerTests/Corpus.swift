enum Corpus {
    /// Records as version 1 wrote them. Lines are only ever added.
    static let version1: [(name: String, hex: String)] = [
    ]
}
