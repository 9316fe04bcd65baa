import CommandGrammar
import CommandPages
import Trading

/// What holds for any line that is typed.
enum FuzzGrammar {
    static let vocabulary = Vocabulary(
        pairs: ["btc_usd", "btc_eur", "ltc_usd", "ltc_btc", "eur_usd", "nmc_btc", "ppc_usd"], quote: "usd")

    private static let parser = CommandParser(vocabulary: vocabulary)

    /// From the pages' usage lines.
    private static let completed = Completion(
        usageLines: CommandPages.names.flatMap { name in
            CommandPages.page(named: name).map { CommandPage($0).usage } ?? []
        },
        vocabulary: vocabulary)

    /// A line is a command, or refused with a place that is in it and a repair that is a command, or says nothing.
    static func line(_ bytes: [UInt8]) throws(FuzzFinding) {
        let line = String(decoding: bytes, as: UTF8.self)
        let parsed = parser.parse(line)
        try expect(parsed == parser.parse(line), "it is read otherwise the second time")
        try expect(parsed.command == nil || parsed.refusal == nil, "it is a command and refused")
        if let tag = parsed.tag { try expect(CommandParser.isTag(tag), "\(tag.debugDescription) is no tag") }
        // By bytes: a mark that combines with the space before it is no character of its own.
        try expect(
            parsed.text.isEmpty || Array(line.utf8).firstRange(of: Array(parsed.text.utf8)) != nil,
            "the text is not the line's: \(parsed.text.debugDescription)")
        guard let refusal = parsed.refusal else { return }
        let shown = refusal.text(over: line)
        try expect(shown.hasPrefix("! "), "the refusal reads: \(shown)")
        try expect(
            !shown.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "the refusal has control characters")
        if let span = refusal.span {
            // What is missing is pointed at behind the end.
            try expect(
                span.column >= 1 && span.length >= 1 && span.column + span.length <= line.count + 4,
                "\(span) is not in a line of \(line.count) characters")
        }
        if let repaired = refusal.repairedLine(of: line) {
            try expect(parser.parse(repaired).command != nil, "the repair is refused: \(repaired.debugDescription)")
        }
    }

    /// What a line can go on with is in order, each once, and begins as the last word does.
    static func completion(_ bytes: [UInt8]) throws(FuzzFinding) {
        let prefix = String(decoding: bytes.prefix(CommandParser.lineBytesMaxDefault), as: UTF8.self)
        let candidates = completed.candidates(for: prefix)
        for (first, second) in zip(candidates, candidates.dropFirst()) {
            try expect(first < second, "\(first) stands before \(second)")
        }
        for candidate in candidates { try expect(!candidate.isEmpty, "there is an empty candidate") }
    }
}
