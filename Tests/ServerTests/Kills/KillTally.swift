/// What a run of kills has met and checked.
struct KillTally: Sendable {
    var kills = 0
    // Where they hit.
    var beforeAnyReply = 0
    var betweenReplies = 0
    var whileStarting = 0
    var rightAfterStart = 0
    var withinASecond = 0
    var insideCheckpoint = 0
    var insideCommit = 0
    // What was checked.
    var doneLines = 0
    var repeatedLines = 0
    var unansweredLines = 0
    var unansweredButDone = 0
    var notifications = 0
    var fills = 0
    var expiredWhileDown = 0
    var deposits = 0
    var reportedOrders = 0
    var benefits = 0
    var rebuilds = 0
    var backupsWhole = 0
    var backupsCut = 0
    var startMilliseconds: [Int] = []

    static func + (left: KillTally, right: KillTally) -> KillTally {
        var sum = left
        let paths: [WritableKeyPath<KillTally, Int>] = [
            \.kills, \.beforeAnyReply, \.betweenReplies, \.whileStarting, \.rightAfterStart, \.withinASecond,
            \.insideCheckpoint, \.insideCommit, \.doneLines, \.repeatedLines, \.unansweredLines,
            \.unansweredButDone, \.notifications, \.fills, \.expiredWhileDown, \.deposits, \.reportedOrders, \.benefits,
            \.rebuilds, \.backupsWhole, \.backupsCut,
        ]
        for path in paths { sum[keyPath: path] += right[keyPath: path] }
        sum.startMilliseconds += right.startMilliseconds
        return sum
    }

    func text(seconds: Int) -> String {
        let starts = startMilliseconds.sorted()
        let median = starts.isEmpty ? 0 : starts[starts.count / 2]
        return """
            \(kills) kills in \(seconds) s, \(kills * 60 / max(1, seconds)) a minute; a start takes \(median) ms (median)
              hit: \(beforeAnyReply) before any reply, \(betweenReplies) between replies, \(whileStarting) while starting, \
            \(rightAfterStart) right after; \(withinASecond) within a second of the last
              of these: \(insideCheckpoint) inside a checkpoint, \(insideCommit) inside a commit
              \(doneLines) `+` checked; \(unansweredLines) lines cut off unanswered, \(unansweredButDone) of them done; \
            \(repeatedLines) lines said again
              \(notifications) notifications, \(fills) fills, \(expiredWhileDown) expired while it was down, \(deposits) deposits, \
            \(reportedOrders) reported orders, \(benefits) benefits
              \(rebuilds) rebuilds, each identical; backups: \(backupsWhole) whole, \(backupsCut) killed and not there
            """
    }
}
