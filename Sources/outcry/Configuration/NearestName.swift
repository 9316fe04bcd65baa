import CommandGrammar

/// What a name was meant to be, where it is none of those that are known.
enum NearestName {
    /// `; did you mean timeout?`, or nothing where no name is near.
    static func hint(_ typed: String, among known: [String]) -> String {
        nearest(typed, among: known).map { "; did you mean \($0)?" } ?? ""
    }

    /// The name that is nearest, if it is near enough. Underscores count as hyphens where that makes it a known name.
    static func nearest(_ typed: String, among known: [String]) -> String? {
        let folded = typed.lowercased()
        let exact = known.first { $0.filter(isLetterOrDigit) == folded.filter(isLetterOrDigit) }
        return exact ?? Suggestions.nearest(to: folded, among: known).first
    }

    private static func isLetterOrDigit(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
