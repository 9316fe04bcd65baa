import Ledger
public import Trading

/// What `outcry prune` says.
public struct PrunedWords: Sendable {
    /// One for each line of the terminal.
    public let lines: [String]

    public init(_ pruned: Pruned, before cut: Timestamp, isTrial: Bool) {
        let when = TimeZoneRules.utc.text(of: cut)
        guard !pruned.isEmpty else {
            lines = ["nothing was over before \(when)"] + PrunedWords.space(pruned, isTrial)
            return
        }
        let rows = pruned.rows
        let parts =
            [
                PrunedWords.count(rows.orders, "order"), PrunedWords.count(rows.fills, "fill"),
                PrunedWords.count(rows.records, "record"), PrunedWords.count(pruned.notifications, "notification"),
            ] + (pruned.foreignTrades > 0 ? [PrunedWords.count(pruned.foreignTrades, "foreign trade")] : [])
        let what = parts.joined(separator: ", ")
        var lines = [
            "\(isTrial ? "would remove" : "removed") what was over before \(when): \(what), of \(PrunedWords.count(pruned.accounts, "account"))"
        ]
        if pruned.ordersKept > 0 {
            let few = pruned.ordersKept == 1
            lines.append(
                "\(PrunedWords.count(pruned.ordersKept, "older order")) \(few ? "stays" : "stay"), with fills and records: "
                    + "\(few ? "it was" : "they were") not over by then")
        }
        lines.append(
            "trades, finished orders and notifications \(isTrial ? "would go" : "go") back to \(when); transactions to the first"
        )
        self.lines = lines + PrunedWords.space(pruned, isTrial)
    }

    private static func space(_ pruned: Pruned, _ isTrial: Bool) -> [String] {
        let size = "the file has \(pruned.bytesBefore.grouped) bytes"
        switch pruned.space {
        case nil where isTrial: return [size + "; nothing was changed"]
        case nil: return [size]
        case .done?:
            let less = max(0, pruned.bytesBefore - pruned.bytesAfter)
            return [
                "the file had \(pruned.bytesBefore.grouped) bytes and has \(pruned.bytesAfter.grouped): \(less.grouped) given back"
            ]
        case .noRoom(let bytes)?:
            return [
                "\(size) still: to write it anew takes \(bytes.grouped) bytes of room beside it, and as many in the folder for "
                    + "temporary files (SQLITE_TMPDIR); make room and run this again, or leave it, and what comes next uses them"
            ]
        case .inUse?:
            return [
                "\(size) still: another program has it open; run this again when it has ended, to give the room back"
            ]
        }
    }

    private static func count(_ number: Int, _ what: String) -> String {
        "\(number == 0 ? "no" : Int64(number).grouped) \(what)\(number == 1 ? "" : "s")"
    }
}

extension Int64 {
    /// With commas between thousands.
    fileprivate var grouped: String {
        var digits = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { digits.append(",") }
            digits.append(digit)
        }
        return String(digits.reversed())
    }
}

extension OperatorDesk {
    /// The moment that an age names: a number and `h`, `d` or `w`, of at least `prunedSecondsMin`. Refuses with `bad_duration`.
    public static func pruneCut(_ age: String, before now: Timestamp) throws(Refusal) -> Timestamp {
        let seconds: [Character: Int64] = ["h": 3_600, "d": 86_400, "w": 604_800]
        guard let unit = age.last, let factor = seconds[unit], age.dropLast().allSatisfy({ ("0"..."9").contains($0) }),
            let number = Int64(age.dropLast()), number <= 1_000_000
        else { throw Refusal(.badDuration, "expected an age such as 90d, 12w or 720h, not \(age)") }
        guard number * factor >= prunedSecondsMin else {
            throw Refusal(
                .badDuration,
                "\(age) is too young: daily limits and tags still go by what was over in the last \(prunedSecondsMin / 86_400) days"
            )
        }
        return now.advanced(bySeconds: -number * factor)
    }
}
