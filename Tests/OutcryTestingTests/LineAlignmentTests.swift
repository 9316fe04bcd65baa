import Testing

@testable import Transcripts

struct LineAlignmentTests {
    @Test(arguments: [
        // pattern, line, whether it matches
        ("a", "a", true), ("a", "b", false), ("a", "ab", false), ("...", "anything", true), ("...", "", true),
        ("a...", "abc", true), ("a...", "a", true), ("a...", "ba", false), ("...c", "abc", true),
        ("...c", "abd", false),
        ("a...c", "abc", true), ("a...c", "ac", true), ("a...a", "a", false), ("a...b...c", "a1b2c", true),
        ("a...b...c", "a1c2b", false), ("a...b...b", "abb", true), ("a...b...b", "ab", false),
        ("...ab...ab", "abxab", true), ("...ab...ab", "xab", false), ("* #1 filled 0.2 ...", "* #1 filled 0.2", false),
        ("......", "x", true), ("= 1 ... 2 ... 3", "= 1 2 2 3", false), ("= 1 ... 3", "= 1 2 2 3", true),
    ])
    func `three dots are anything within a line`(pattern: String, line: String, matches: Bool) {
        #expect(LinePattern(pattern).matches(line) == matches)
    }

    @Test(
        arguments: [
            ([], [], true), ([], ["a"], false), (["a"], [], false), (["..."], [], true), (["..."], ["a", "b"], true),
            (["...", "z"], ["a", "z"], true), (["...", "z"], ["z", "a"], false), (["...", "z"], ["z", "z"], true),
            (["a", "...", "z"], ["a", "z"], true), (["a", "...", "m", "...", "z"], ["a", "b", "m", "m", "z"], true),
            (["a", "...", "..."], ["a"], true), (["  ..."], ["  a", "  b"], true), (["a", "b"], ["b", "a"], false),
        ] as [([String], [String], Bool)])
    func `three dots alone are any lines`(expected: [String], seen: [String], isMatch: Bool) {
        let alignment = LineAlignment(expected: expected, seen: seen)
        #expect(alignment.isMatch == isMatch)
    }

    @Test func `the rows of an alignment take every line of both sides once and in order, whatever they are`() {
        var seed: UInt64 = 20_260_105
        func draw(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for round in 0..<2_000 {
            let start = seed
            let expected = (0..<draw(6)).map { _ in ["a", "b", "c", "a...", "..."][draw(5)] }
            let seen = (0..<draw(6)).map { _ in ["a", "b", "c", "ab"][draw(4)] }
            let alignment = LineAlignment(expected: expected, seen: seen)
            var left: [Int] = []
            var right: [Int] = []
            var differs = false
            for row in alignment.rows {
                switch row {
                case .same(let i, let j):
                    #expect(LinePattern(expected[i]).matches(seen[j]))
                    left.append(i)
                    right.append(j)
                case .changed(let i, let j):
                    (left, right, differs) = (left + [i], right + [j], true)
                case .missing(let i): (left, differs) = (left + [i], true)
                case .extra(let j): (right, differs) = (right + [j], true)
                case .anyLines(let i, let range): (left, right) = (left + [i], right + range)
                }
            }
            #expect(left == Array(expected.indices), "round \(round), seed \(start)")
            #expect(right == Array(seen.indices), "round \(round), seed \(start)")
            #expect(alignment.isMatch == !differs, "round \(round), seed \(start)")
        }
    }

    @Test func `two sides stand beside each other with marks where they differ`() {
        let expected = ["= two", "  a ...", "  gone", "..."]
        let seen = ["= two", "  a 1", "  new", "  x", "  y"]
        let alignment = LineAlignment(expected: expected, seen: seen)
        #expect(
            SideBySide(expected: expected, seen: seen, alignment).text == """
                    expected   seen
                    = two      = two
                      a ...      a 1
                      gone   |   new
                    ...          x
                                 y
                """)
        let more = LineAlignment(expected: ["a", "b"], seen: ["b", "c"])
        #expect(
            SideBySide(expected: ["a", "b"], seen: ["b", "c"], more).text.split(separator: "\n").dropFirst().map {
                $0.filter { $0 != " " }
            } == ["a|b", "b|c"])
    }

    @Test func `a line longer than its column goes on in the next row`() {
        let long = String(repeating: "#", count: 100)
        let text = SideBySide(
            expected: [long], seen: ["short"], LineAlignment(expected: [long], seen: ["short"])
        ).text
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.count <= 4 + 76 + 3 + 76 })
        #expect(text.filter { $0 == "#" }.count == 100)
    }
}
