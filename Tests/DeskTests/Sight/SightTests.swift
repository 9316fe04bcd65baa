import CommandGrammar
import Conversation
import Desk
import Foundation
import TestSupport
import Testing
import Trading

/// What an account may see of another's: nothing, in no way of asking.
@Suite struct SightTests {
    private let parser = CommandParser(vocabulary: Vocabulary(pairs: ["btc_usd"], quote: "usd"))

    @Test func `every command of the grammar has a probe, and none is left that names something`() {
        let probed = Set(SightProbes.naming.keys).union(SightProbes.own.keys).union(SightProbes.market)
        #expect(probed == Set(commandWords))
        var seen: Set<NamingCommand> = []
        for (word, templates) in SightProbes.naming {
            for template in templates {
                #expect(CommandWord.first(of: template) == word, "\(template)")
                var line = template.replacing("OWN", with: "27")
                for thing in NamedThing.allCases {
                    line = line.replacing(thing.placeholder, with: thing.values.nobodys)
                }
                let parsed = parser.parse(line)
                #expect(parsed.refusal == nil, "\(line)")
                if let command = parsed.command { NamingCommand(command).map { _ = seen.insert($0) } }
            }
        }
        #expect(seen == Set(NamingCommand.allCases))
    }

    @Test(
        arguments: TestExtent.some(
            of: ["ben in text", "ben in json", "eve in json", "eve in text", "ben to read"], every: 2))
    func `what is another's is answered as what is nobody's`(who: String) throws {
        let bench = try SightBench()
        let words = who.split(separator: " ")
        let format: WireFormat = words.last == "json" ? .json : .text
        let ben = bench.login("ben")
        // OWN is 27, and there is nothing to undo.
        bench.type(["buy 0.1 btc_usd at 210", "set guard 5%", "set daily 1000", "buy 0.1 btc_usd at 209", "undo"], ben)
        let id = words.last == "read" ? try bench.reader(of: "ben") : bench.login(String(words[0]), format)
        let before = bench.desk.engineState
        _ = bench.hear(bench.ann)
        var counter = 100
        for (word, templates) in SightProbes.naming.sorted(by: { $0.key < $1.key }) where word != "register" {
            for template in templates {
                try compare(template.replacing("OWN", with: "27"), bench, id, &counter)
            }
        }
        #expect(bench.desk.engineState == before)
        // Nobody else hears of it.
        #expect(bench.hear(bench.ann) == [])
    }

    private func compare(_ template: String, _ bench: SightBench, _ id: SessionID, _ counter: inout Int) throws {
        let things = NamedThing.allCases.filter { template.contains($0.placeholder) }
        let thing = try #require(things.first)
        #expect(things.count == 1, "\(template)")
        let (others, nobodys) = thing.values
        func answers(_ value: String) -> [String] {
            let line = template.replacing(thing.placeholder, with: value)
            let lines = ways(line, tag: "t\(counter)x")
            counter += 1
            return bench.type(lines, id).map { masked($0, value) }
        }
        let expected = answers(nobodys)
        #expect(!expected.isEmpty)
        for value in others {
            let found = answers(value)
            #expect(found == expected, "\(template) of \(value)")
            if found != expected { return }
        }
    }

    /// Each way in which a line can be typed.
    private func ways(_ line: String, tag: String) -> [String] {
        // Lines that may hold a password are not previewed, nor kept with a tag.
        if line.hasPrefix("login") { return [line] }
        return [
            line, "? \(line)", "go", "preview \(line)", "[\(tag)] \(line)", "[\(tag)] \(line)", "[\(tag)p] ? \(line)",
            "alias zz = \(line)", "zz", "? zz", "[\(tag)z] zz", "go", "alias drop zz", "undo", "? undo",
        ]
    }

    /// The value and the tags are what may differ.
    private func masked(_ reply: String, _ value: String) -> String {
        guard let word = try? Regex(#"\b\#(value)\b"#), let tags = try? Regex(#"t\d\d\dx"#) else { return reply }
        // The carets of the text say where; a column might be the value by chance.
        return reply.replacing(/"column":\d+,"length":\d+/, with: "PLACE").replacing(tags, with: "TAG")
            .replacing(word, with: "N")
    }

    /// A desk on which ann has done everything there is, and one on which she has done nothing.
    @Test(
        arguments: TestExtent.some(
            of: ["ben in text", "ben in json", "eve in json", "eve in text", "ben to read"], every: 2))
    func `what another account does changes no answer but the market's`(who: String) throws {
        let words = who.split(separator: " ")
        let format: WireFormat = words.last == "json" ? .json : .text
        let answers = try [true, false].map { isBusy in
            let bench = try SightBench(isBusy: isBusy)
            let id =
                words.last == "read" ? try bench.reader(of: "ben") : bench.login(String(words[0]), format)
            var answers: [String] = []
            for (_, lines) in SightProbes.own.sorted(by: { $0.key < $1.key }) {
                for line in lines {
                    let told = bench.type(line, id)
                    answers.append("\(line)\n\(told.replacing(/export\/[A-Za-z0-9_-]+/, with: "export/WORD"))")
                }
            }
            return answers
        }
        #expect(answers[0] == answers[1])
        for (busy, quiet) in zip(answers[0], answers[1]) where busy != quiet { Issue.record("\(busy)\n---\n\(quiet)") }
    }

    @Test func `a preview of another's order is refused as its command is`() throws {
        let bench = try SightBench()
        for name in ["ben", "eve"] {
            let id = bench.login(name)
            for number in [10, 12, 15, 17, 18, 19, 20, 21, 25, 90] {
                let told = bench.type("? cancel \(number)", id)
                #expect(told.hasPrefix("? cancel \(number): would be refused (unknown_order)"), "\(name): \(told)")
            }
        }
        #expect(bench.type("? cancel 10", bench.ann).contains("buy 0.5 btc_usd at 228"))
    }

    @Test func `a login says as much of a name that nobody has as of one that somebody has`() throws {
        let replies = try ["ann", "abc"].map { name in
            let bench = try SightBench()
            let id = bench.open(.json)
            return bench.type(["login \(name)", "wrong", "login \(name) wrong", "login token \(name)"], id)
                .map { masked($0, name) }
        }
        #expect(replies[0] == replies[1])
        #expect(replies[0].count == 4)
    }
}
