/// How numbers, times and durations of other habits are written here. Each is a guess that the parser then tries.
extension Suggestions {
    /// What a number with commas may mean: `10,5` is `10.5`, `1.000,5` is `1000.5`, `1,000,000` is `1000000`; `1,000` may be `1000` or
    /// `1.000`.
    static func withoutCommas(_ typed: String) -> [String] {
        guard typed.contains(",") else { return [] }
        var typed = typed[...]
        while typed.last == "," { typed.removeLast() }
        let plain = String(typed.filter { $0 != "," })
        guard let lastComma = typed.lastIndex(of: ",") else { return [plain] }
        if let lastPoint = typed.lastIndex(of: ".") {
            if lastPoint > lastComma { return [plain] }
            return [String(typed.filter { $0 != "." }.map { $0 == "," ? "." : $0 })]
        }
        let groups = typed.split(separator: ",", omittingEmptySubsequences: false)
        guard groups.count == 2 else { return [plain] }
        let decimal = "\(groups[0]).\(groups[1])"
        let mayBeGrouped =
            (1...3).contains(groups[0].count) && !groups[0].allSatisfy { $0 == "0" }
            && groups[1].prefix { $0.isNumber }.count == 3
        return mayBeGrouped ? [plain, decimal] : [decimal]
    }

    /// `#41,` is `41`, and `1,2` is `1 2`; `4l` may be another order than 4, and `1-3` is nothing that can be guessed at.
    static func orders(meantBy typed: String) -> [String] {
        let groups = typed.split(separator: ",").map { $0.filter { !"#.;:!()".contains($0) } }
        guard !groups.isEmpty, groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            return []
        }
        // `1.2` would become 12.
        let isOneEach = typed.split(separator: ",").allSatisfy { group in
            group.split { !($0.isASCII && $0.isNumber) }.count == 1
        }
        return isOneEach ? [groups.joined(separator: " ")] : []
    }

    /// `1_000` is `1000`, `100usd` is `100 usd`, `230;` is `230`. `unit` is where the letters of a coin begin.
    ///
    /// Neither the size nor the unit is guessed at: `5%` is not `5`, `$50` is not 50 of a coin, and no digit is added or dropped, for
    /// whoever takes the hint pays for it.
    static func numbers(meantBy typed: String, unit: Int?) -> [String] {
        var candidates: [String] = []
        if let unit {
            let split = typed.utf8.index(typed.startIndex, offsetBy: unit)
            candidates.append("\(typed[..<split]) \(typed[split...])")
        }
        var plain = String(typed.filter { !"_'+#".contains($0) })
        candidates.append(plain)
        if let once = replacing("..", with: ".", in: typed) { candidates.append(once) }
        // `1.000.000` has points that part thousands: a number has one decimal point.
        let groups = typed.split(separator: ".", omittingEmptySubsequences: false)
        if groups.count > 2, (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) {
            candidates.append(groups.joined())
        }
        while let last = plain.last, ",;:.!)".contains(last) { plain.removeLast() }
        candidates.append(plain)
        return candidates.filter { $0 != typed && !$0.isEmpty }
    }

    /// `18`, `18h30`, `6pm`, `18:00:00`, `2026/12/31`, `31.12.2026`, `2026-12-31T23:10`.
    static func times(meantBy typed: String) -> [String] {
        // A slip among the digits (`1q8:00`) may stand for any of them.
        let isTime = typed.lowercased().allSatisfy { $0.isASCII && ($0.isNumber || ":./-htzapm".contains($0)) }
        guard isTime else { return [] }
        let groups = typed.split { !($0.isASCII && $0.isNumber) }.map(String.init)
        guard let first = groups.first, typed.first?.isNumber == true, groups.count <= 7 else { return [] }
        let lower = typed.lowercased()
        if groups.count >= 3, first.count == 4 {
            let date = "\(first)-\(padded(groups[1]))-\(padded(groups[2]))"
            return groups.count >= 5 ? ["\(date) \(groups[3]):\(padded(groups[4]))"] : [date]
        }
        if groups.count == 3, groups[2].count == 4, let day = Int(first), let month = Int(groups[1]) {
            // 31/12 has one reading; 1/2 has two, and is not guessed at.
            if day > 12 { return ["\(groups[2])-\(padded(groups[1]))-\(padded(first))"] }
            return month > 12 || month == day ? ["\(groups[2])-\(padded(first))-\(padded(groups[1]))"] : []
        }
        guard var hour = Int(first.count == 4 ? String(first.prefix(2)) : first), groups.count <= 3 else { return [] }
        let minute = groups.count > 1 ? padded(groups[1]) : first.count == 4 ? String(first.suffix(2)) : "00"
        if lower.hasSuffix("pm") || lower.hasSuffix("p"), hour < 12 { hour += 12 }
        if lower.hasSuffix("am"), hour == 12 { hour = 0 }
        return ["\(hour):\(minute)"]
    }

    private static func padded(_ digits: String) -> String { digits.count == 1 ? "0\(digits)" : digits }

    /// `30min` is `30m`, `2hours` is `2h`, `1w` is `7d`.
    static func durations(meantBy typed: String) -> [String] {
        let lower = typed.lowercased()
        let digits = String(lower.prefix { $0.isASCII && $0.isNumber })
        guard !digits.isEmpty, digits.count <= 6, let number = Int(digits) else { return [] }
        switch String(lower.dropFirst(digits.count)) {
        case "s", "sec", "secs", "second", "seconds": return ["\(digits)s"]
        case "m", "min", "mins", "minute", "minutes": return ["\(digits)m"]
        case "h", "hr", "hrs", "hour", "hours": return ["\(digits)h"]
        case "d", "day", "days": return ["\(digits)d"]
        case "w", "week", "weeks": return ["\(number * 7)d"]
        default: return []
        }
    }

    /// The first occurrence replaced; nil where there is none.
    static func replacing(_ part: String, with other: String, in text: String) -> String? {
        guard let range = text.firstRange(of: part) else { return nil }
        return text.replacingCharacters(in: range, with: other)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
