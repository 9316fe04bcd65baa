/// The steps whose two-factor codes an account has used, newest first.
///
/// A code is taken where it is newer than the last one that was used. Where the clock was set back, the last one is in the future:
/// then it is those before that count, so more than one is remembered, and no code is ever taken twice.
struct UsedSteps: Hashable {
    /// Older ones are forgotten, and with them every step before.
    static let countMax = 32

    private(set) var steps: [Int64] = []

    init() {}

    /// As it is stored: numbers with a space between. Earlier versions stored one number.
    init(_ text: String) {
        steps = text.split(separator: " ").compactMap { Int64($0) }.sorted(by: >)
    }

    var text: String { steps.map(String.init).joined(separator: " ") }

    /// The newest one that is not after a step; nil where there is none.
    func newest(upTo step: Int64) -> Int64? { steps.first { $0 <= step } }

    /// Whether it is before all that are remembered, and may have been used.
    func isForgotten(_ step: Int64) -> Bool { steps.count >= UsedSteps.countMax && step <= steps.last ?? step }

    mutating func insert(_ step: Int64) {
        steps.append(step)
        steps = Array(Set(steps).sorted(by: >).prefix(UsedSteps.countMax))
    }
}
