import CommandGrammar
import Testing
import Trading

/// What holds for any line, from seeds that are printed.
@Suite struct ParserPropertyTests {
    @Test(arguments: [UInt64(1), 2, 3]) func `what is printed is read as what it was`(_ seed: UInt64) {
        print("seed \(seed)")
        var generator = CommandGenerator(seed: seed)
        for round in 0..<(CommandGenerator.caseCount * 20) {
            let command = generator.command(round % CommandGenerator.caseCount)
            let line = CommandPrinter.line(command)
            let parsed = sampleParser.parse(line)
            #expect(shape(parsed.command) == shape(command), "\(line): \(parsed.refusal?.text(over: line) ?? "")")
            #expect(parsed.text == line)
            #expect(parsed.command?.verb == command.verb)
            #expect(commandWords.contains(command.verb))
        }
    }

    @Test(arguments: [UInt64(11), 12]) func `spaces, capitals, a tag and a comment change nothing`(_ seed: UInt64) {
        print("seed \(seed)")
        var generator = CommandGenerator(seed: seed)
        for _ in 0..<400 {
            // Orders and questions: names and secrets keep their capitals.
            let command = generator.command(4 + generator.below(10))
            let line = CommandPrinter.line(command)
            let spaced = line.uppercased().split(separator: " ").joined(
                separator: generator.pick(["  ", "\t", " \u{A0}"]))
            #expect(shape(sampleParser.parse("[t] \(spaced) // x").command) == shape(command), "\(spaced)")
        }
    }

    @Test(arguments: [UInt64(21), 22, 23]) func `no bytes stop the parser, and every refusal can be shown`(
        _ seed: UInt64
    ) {
        print("seed \(seed)")
        var generator = CommandGenerator(seed: seed)
        let bits = [
            " ", "  ", "\t", "\r", "\r\n", "\0", "[", "]", "//", "/", "?", "#", "%", "..", "..<", "=", ",", ".", "-",
            "+", "@", "x", "0",
            "9", "é", "e\u{301}", "👩‍👩‍👧", "\u{202E}", "\u{A0}", "\u{C2}", "buy", "btc", "btc_usd", "at", "until", "1e9",
            "$",
        ]
        for _ in 0..<1_500 {
            var line =
                generator.below(3) == 0
                ? "" : CommandPrinter.line(generator.command(generator.below(CommandGenerator.caseCount)))
            for _ in 0..<(1 + generator.below(4)) {
                let cut = line.unicodeScalars.count
                let place = generator.below(cut + 1)
                var scalars = Array(line.unicodeScalars)
                if generator.below(3) == 0, place < cut { scalars.remove(at: place) }
                scalars.insert(contentsOf: Array(generator.pick(bits).unicodeScalars), at: min(place, scalars.count))
                line = String(String.UnicodeScalarView(scalars))
            }
            check(line)
        }
        for _ in 0..<1_500 {
            let bytes = (0..<generator.below(80)).map { _ in UInt8.random(in: 0...255, using: &generator.random) }
            check(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A line is read, or refused with a place that is in it and a repair that is a command; never both, and the same
    /// each time.
    private func check(_ line: String) {
        let parsed = sampleParser.parse(line)
        #expect(parsed == sampleParser.parse(line))
        #expect(parsed.command == nil || parsed.refusal == nil)
        guard let refusal = parsed.refusal else { return }
        let text = refusal.text(over: line)
        #expect(text.hasPrefix("! "))
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        if let span = refusal.span {
            #expect(span.column >= 1 && span.length >= 1)
            #expect(span.column <= line.count + 2, "\(line.debugDescription)")
        }
        if let repaired = refusal.repairedLine(of: line) {
            #expect(sampleParser.parse(repaired).command != nil, "\(line.debugDescription)")
        }
    }

    @Test func `a line that is accepted is the command that it prints as`() {
        var generator = CommandGenerator(seed: 31)
        var accepted = 0
        for _ in 0..<3_000 {
            let line = CommandPrinter.line(generator.command(4 + generator.below(16)))
            var bytes = Array(line.utf8)
            bytes[generator.below(bytes.count)] = UInt8.random(in: 0x20...0x7E, using: &generator.random)
            let mutated = String(decoding: bytes, as: UTF8.self)
            // A duration adds up to the same in other digits: `107d82h` is `110d10h`.
            guard let command = sampleParser.parse(mutated).command, !mutated.contains(" for ") else { continue }
            accepted += 1
            // Nothing of the line was dropped: printed again it has the same words, but for how they are written.
            let printed = CommandPrinter.line(command)
            #expect(shape(sampleParser.parse(printed).command) == shape(command), "\(mutated) became \(printed)")
            #expect(digits(of: printed) == digits(of: mutated), "\(mutated) became \(printed)")
        }
        print("\(accepted) of 3000 lines with one byte replaced were still commands")
    }

    /// The digits that count, in order: what must never be lost or made up.
    private func digits(of line: String) -> [Int] {
        let content = line.range(of: " //").map { String(line[..<$0.lowerBound]) } ?? line
        return content.compactMap { $0.wholeNumberValue }.filter { $0 != 0 }.sorted()
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}
