import Foundation
public import Trading

/// A time zone of the IANA database: how far its clocks are from UTC at any moment.
///
/// The rules are those that Foundation carries, which go back to local mean time. The value is small; keep it with the
/// account rather than look it up by name each time.
public struct TimeZoneRules: Hashable, Sendable {
    /// The name as the database writes it: `Europe/Madrid`.
    public let name: String
    private let zone: TimeZone

    public static let utc = TimeZoneRules(name: "UTC", zone: .gmt)

    private init(name: String, zone: TimeZone) {
        self.name = name
        self.zone = zone
    }

    /// A zone by its name in any case, or nil. Abbreviations (`EST`, `CET`) are none: most stand for several zones, and
    /// some for half of the year.
    public init?(named name: some StringProtocol) {
        let folded = name.lowercased()
        if folded == "utc" || folded == "gmt" {
            self = .utc
            return
        }
        // The list holds each zone under its current name; Foundation knows the older names too, as they are written.
        let written = TimeZoneRules.namesByFoldedName[folded] ?? String(name)
        guard written.contains("/"), let zone = TimeZone(identifier: written) else { return nil }
        self.init(name: written, zone: zone)
    }

    /// A zone by its name, or a refusal that names the one that was probably meant.
    public init(named name: some StringProtocol, at span: Span?) throws(Refusal) {
        if let rules = TimeZoneRules(named: name) {
            self = rules
        } else if let suggestion = TimeZoneRules.suggestion(for: name) {
            throw Refusal(
                .badTime, "no time zone \(name); did you mean \(suggestion)?", at: span, suggestion: suggestion)
        } else {
            throw Refusal(.badTime, "no time zone \(name); they are named like Europe/Madrid, or UTC", at: span)
        }
    }

    /// All zones under their current names, in alphabetical order, with `UTC` in front: for completion.
    ///
    /// Foundation's list has India's zone under its former name alone, and `GMT` for `UTC`.
    public static let names: [String] =
        ["UTC"] + Set(TimeZone.knownTimeZoneIdentifiers + ["Asia/Kolkata"]).subtracting(["GMT"]).sorted()

    private static let namesByFoldedName = Dictionary(
        names.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    /// What clocks there show, less what they show in UTC, in seconds.
    func offsetSeconds(at moment: Timestamp) -> Int64 {
        // Whole seconds of a `Timestamp` are exact in a double.
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.seconds))))
    }

    /// What clocks there show at a moment, in whole seconds.
    func clockReading(at moment: Timestamp) -> ClockReading {
        ClockReading(seconds: moment.seconds + offsetSeconds(at: moment))
    }

    /// The day that calendars there show at a moment.
    public func date(at moment: Timestamp) -> CivilDate { clockReading(at: moment).date }
}
