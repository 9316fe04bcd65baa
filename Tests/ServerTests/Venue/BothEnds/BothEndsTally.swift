/// What a run with both ends killed has met.
struct BothEndsTally {
    var kills = 0
    var venueKills = 0
    var killsWhileStarting = 0
    /// Traders who had lines under way when the desk was killed.
    var linesCutOff = 0
    private(set) var lines = 0
    private(set) var linesSaidAgain = 0
    private(set) var fills = 0
    private(set) var notifications = 0
    private(set) var refused: [String: Int] = [:]
    private(set) var events: [String: Int] = [:]

    mutating func count(_ trader: WireTrader, fills: Int) {
        self.fills += fills
        lines += trader.lines.count
        linesSaidAgain += trader.linesSaidAgain
        notifications += trader.notifications.count
        refused.merge(trader.refused) { $0 + $1 }
        for raw in trader.notifications.values {
            if let name = try? Fields(raw).text("event") { events[name, default: 0] += 1 }
        }
    }

    var text: String {
        func list(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        }
        return """
            \(kills) kills, \(venueKills) of them of a venue; \(killsWhileStarting) more of a desk that was starting
              \(lines) lines, \(linesSaidAgain) said again, \(fills) fills at the venues, all told
              \(notifications) notifications: \(list(events))
              refused: \(list(refused))
            """
    }
}
