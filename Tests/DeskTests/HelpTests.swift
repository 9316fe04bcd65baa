import CommandGrammar
import CommandPages
import Desk
import Foundation
import Testing
import Trading
import Transcripts

/// `help`: what it shows fits a screen, and what it offers works.
@Suite struct HelpTests {
    private static let pages = CommandPages.names + CommandPages.topics

    private static let market = """
        @market btc_usd 230.0 230.2
        @market ltc_usd 3.00 3.01
        @trade btc_usd 230.1 1
        @user trader funds 1000 usd, 2 btc
        @user boss admin
        @user ana

        """

    /// What each line is answered, in lines, by a desk of its own; later notifications are among them.
    private static func answers(
        to typed: [String], from session: String = "trader", after setting: String = ""
    ) throws -> [(line: String, answer: [String])] {
        let text = market + setting + typed.map { "\(session)> \($0)\n" }.joined()
        let file = try TranscriptFile(path: "help.transcript", text: text)
        let outcomes = file.transcripts.map { TranscriptRunner().run($0) }
        for outcome in outcomes { #expect(outcome.error == nil, "\(outcome.report)") }
        var answers: [(line: String, answer: [String])] = []
        // What precedes the first line typed here is the setting's.
        let lines = file.updated(with: outcomes).split(separator: "\n", omittingEmptySubsequences: false)
        var isSetting = true
        for line in lines {
            if line.hasPrefix("\(session)> ") {
                let typedLine = String(line.dropFirst(session.count + 2))
                if isSetting, typedLine == typed.first { isSetting = false }
                if !isSetting { answers.append((typedLine, [])) }
            } else if !isSetting, !line.hasPrefix("\(session)<") {
                answers[answers.count - 1].answer.append(String(line))
            }
        }
        return answers
    }

    @Test func `what help shows of a command or a topic fits 20 rows of 80 columns`() throws {
        let answers = try HelpTests.answers(to: HelpTests.pages.map { "help \($0)" })
        #expect(answers.count == HelpTests.pages.count)
        for (line, answer) in answers {
            let rows = answer.reversed().drop { $0.allSatisfy(\.isWhitespace) }
            #expect(rows.count > 3 && rows.count <= 20, "\(line): \(rows.count) rows")
            #expect(rows.allSatisfy { $0.count <= 80 }, "\(line): \(rows.filter { $0.count > 80 })")
            #expect(!rows.contains { $0.contains("{\"type\"") }, "\(line)")
            let name = String(line.dropFirst("help ".count))
            let page = CommandPage(
                try #require(CommandPages.page(named: name) ?? CommandPages.topic(named: name)))
            // Transcripts leave empty rows out.
            #expect(page.short.count <= 20, "\(line): \(page.short.count) rows")
            #expect(answer.first?.hasPrefix("= \(name): ") == true, "\(line): \(answer.first ?? "")")
            if CommandPages.names.contains(name) {
                #expect(rows.first == "  help \(name) full shows the whole page", "\(line): \(rows.first ?? "")")
            }
        }
    }

    @Test func `a page begins with what help shows of it`() throws {
        for name in HelpTests.pages {
            let text = try #require(CommandPages.page(named: name) ?? CommandPages.topic(named: name))
            let page = CommandPage(text)
            let beginning = text.range(of: "\n## More\n").map { String(text[..<$0.lowerBound]) } ?? text
            for line in page.usage + page.examples { #expect(beginning.contains(line), "\(name): \(line)") }
            #expect(page.notes.count == beginning.split(separator: "\n").count { $0.hasPrefix("- ") }, "\(name)")
        }
    }

    @Test func `help alone fits a screen of 24 rows and names every command once`() throws {
        let answer = try #require(try HelpTests.answers(to: ["help"]).first?.answer)
        let rows = answer.reversed().drop { $0.allSatisfy(\.isWhitespace) }.reversed()
        #expect(rows.count <= 24)
        #expect(rows.allSatisfy { $0.count <= 80 })
        let grouped = CommandGroup.all.flatMap(\.commands)
        #expect(grouped.sorted() == commandWords.sorted())
        for group in CommandGroup.all {
            let row = rows.first { $0.hasPrefix("  \(group.task) ") }
            #expect(row?.hasSuffix("  " + group.commands.joined(separator: "  ")) == true, "\(group.task)")
        }
        let topics = CommandPages.topics.joined(separator: ", ")
        #expect(rows.contains { $0.hasSuffix(topics) })
    }

    @Test func `help full lists every command with what it does`() throws {
        let answer = try #require(try HelpTests.answers(to: ["help full"]).first?.answer)
        for name in CommandPages.names {
            #expect(answer.contains { $0.hasPrefix("  \(name) ") }, "\(name)")
        }
        #expect(answer.allSatisfy { $0.count <= 80 }, "\(answer.filter { $0.count > 80 })")
    }

    @Test(arguments: CommandPages.names)
    func `a command's page in full is the whole page, its prose no wider than a screen`(name: String) throws {
        let answer = try #require(try HelpTests.answers(to: ["help \(name) full"]).first?.answer)
        let page = CommandPage(try #require(CommandPages.page(named: name)))
        #expect(answer.contains("  More"))
        #expect(answer.count > page.notes.count)
        // The conversations stand as they are.
        let prose = answer.drop { $0 != "  More" }.prefix { !$0.contains("> ") }
        #expect(prose.allSatisfy { $0.count <= 80 }, "\(prose.filter { $0.count > 80 })")
    }

    /// What has to have happened before a page's examples, in lines of a transcript; and who types them.
    private static let settings: [String: (session: String, setting: String)] = [
        "alerts": ("trader", "trader> alert btc_usd above 240\n"),
        "cancel": (
            "trader",
            "trader> buy 0.5 btc_usd at 229\ntrader> stop sell 0.1 btc_usd at 200\ntrader> buy 0.1 btc_usd at 228\n"
        ),
        "contra": (
            "trader", "trader> pair buy 0.5 btc_usd at 229\n@trade btc_usd 229 1 sell\n@market btc_usd 230.0 230.2\n"
        ),
        "jobs": ("boss", ""), "paper": ("boss", ""),
        "move": ("trader", "trader> buy 0.5 btc_usd at 229\n"), "order": ("trader", "trader> buy 0.5 btc_usd at 229\n"),
        "register": ("guest", "@registration open\n@connect guest\n"),
        "resume": ("trader", "trader> panic\n"), "start": ("trader", ""),
        "tokens": ("trader", "trader> token new bot\n"), "why": ("trader", "trader> buy 0.5 btc_usd at 229\n"),
    ]
    /// Each example is the first line of its own desk: what the one before did would be in its way, or ask for the next line.
    private static let apart: Set<String> = ["contra", "password", "register", "sell"]
    /// They want a secret that nobody but the reader has.
    private static let secret: Set<String> = ["keys", "login", "totp"]

    @Test(arguments: pages)
    func `the examples of a page work as they stand`(name: String) throws {
        let page = CommandPage(try #require(CommandPages.page(named: name) ?? CommandPages.topic(named: name)))
        guard !HelpTests.secret.contains(name) else {
            let parser = CommandParser(vocabulary: Vocabulary(pairs: ["btc_usd"], quote: "usd"))
            for line in page.examples {
                let parsed = parser.parse(line)
                #expect(parsed.command?.verb == name, "\(line): \(String(describing: parsed.refusal))")
            }
            return
        }
        let (session, setting) = HelpTests.settings[name] ?? ("trader", "")
        let runs = HelpTests.apart.contains(name) ? page.examples.map { [$0] } : [page.examples]
        for run in runs {
            let answers = try HelpTests.answers(to: run, from: session, after: setting)
            #expect(answers.count == run.count)
            for (line, answer) in answers {
                // An answer begins with the tag of its line.
                // What is pushed before it, a greeting for one, is none.
                let first = (answer.first { !$0.hasPrefix("* ") } ?? "").replacing("[k7] ", with: "")
                #expect(["+ ", "= ", "? "].contains { first.hasPrefix($0) }, "\(line): \(answer)")
                #expect(!answer.contains { $0.contains("would be refused") }, "\(line): \(answer)")
            }
        }
    }

    @Test(arguments: [
        ("balance", "funds"), ("Balance", "funds"), ("positions", "funds"), ("orderbook", "depth"),
        ("order book", "depth"),
        ("exit", "quit"), ("repeat", "order"), ("again", "order"), ("?", "preview"), ("kill switch", "panic"),
        ("flatten", "panic"), ("close all", "panic"), ("stop loss", "stop"), ("sl", "stop"), ("take profit", "sell"),
        ("tp", "sell"), ("oco", "sell"), ("long", "buy"), ("cancel all", "cancel"), ("set guard", "set"),
        ("guard", "set"), ("stop sell", "stop"), ("token new", "token"), ("what if", "preview"), ("2fa", "totp"),
        ("amount", "amounts"), ("ioc", "conditions"), ("market", "prices"), ("until", "times"), ("time", "time"),
        ("prices", "prices"), ("json", "lines"), ("HELP", "help"), ("buy", "buy"),
    ]) func `other names and words of the language lead to their page`(typed: String, page: String) throws {
        for ending in ["", " full"] {
            let answer = try #require(try HelpTests.answers(to: ["help \(typed)\(ending)"]).first?.answer)
            #expect(answer.first?.hasPrefix("= \(page): ") == true, "\(answer.first ?? "")")
        }
    }

    @Test func `a misspelt name is asked about, and what is nobody's is not`() throws {
        let answers = try HelpTests.answers(to: ["help cancle", "help amonuts", "help frobnicate", "help buy sell"])
        #expect(answers[0].answer.first == "! no page about cancle; did you mean cancel?")
        #expect(answers[0].answer.contains("  try: help cancel"))
        #expect(answers[1].answer.contains("  try: help amounts"))
        #expect(answers[2].answer.first == "! no page about frobnicate; help lists them")
        #expect(answers[3].answer.first == "! expected full or the end of the line, found sell")
    }
}
