import Foundation
import Glibc
import Testing

@Suite struct `The chat with a pipe` {
    private func chat(
        _ desk: DeskUnderTest, _ input: String, _ options: [String] = [], before shell: String? = nil
    ) throws -> (ending: ProgramRun.Ending, said: String, logged: String) {
        let run = try ProgramRun(
            ["chat", "ws://127.0.0.1:\(desk.port)"] + options, input: input, in: desk.folder, before: shell)
        let ending = try run.ending()
        return (ending, run.said, run.logged)
    }

    @Test(arguments: [8_193, 65_536, 70_000, 300_000])
    func `a line that is too long is refused in words, and the next one is answered`(bytes: Int) throws {
        let desk = try DeskUnderTest()
        try desk.start()
        let long = String(repeating: "x", count: bytes)
        for input in ["\(long)\nversion\n", "version\n\(long)"] {
            let (ending, said, logged) = try chat(desk, input)
            #expect(ending == .exit(1))
            #expect(said.hasPrefix("= outcry"))
            #expect(logged.contains("of the input is longer than 8192 bytes: it was not sent"))
        }
    }

    @Test func `a line that the server finds too long, and one that is no text, are told`() throws {
        let desk = try DeskUnderTest()
        try desk.start()
        let (ending, said, _) = try chat(desk, String(repeating: "x", count: 8_192) + "\nversion\n")
        #expect(ending == .exit(1))
        #expect(said.contains("! the line has 8192 bytes; at most 1024") && said.contains("= outcry"))
    }

    @Test(arguments: [
        ("exec >/dev/full", "No space left on device"), ("exec >&-", "Bad file descriptor"),
    ])
    func `an output that takes nothing ends the chat with its status and a word`(shell: String, why: String) throws {
        let desk = try DeskUnderTest()
        try desk.start()
        let (ending, _, logged) = try chat(desk, "version\nversion\n", before: shell)
        #expect(ending == .exit(74))
        #expect(logged.contains("standard output took no more: \(why)"))
    }

    @Test(arguments: [["config"], ["--help"], ["--version"], ["user", "list"]])
    func `no command ends well whose output was not taken`(arguments: [String]) throws {
        let desk = try DeskUnderTest()
        try desk.add("ada")
        let words = arguments == ["user", "list"] ? arguments + ["--database", desk.database] : arguments
        let run = try ProgramRun(words, in: desk.folder, before: "exec >/dev/full")
        #expect(try run.ending() == .exit(74))
        #expect(run.logged.contains("standard output took no more: No space left on device"))
    }

    @Test(arguments: ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY", "socks_proxy"])
    func `no proxy of the environment's comes between the chat and this machine`(variable: String) throws {
        let desk = try DeskUnderTest()
        try desk.start()
        for option in [[], ["--proxy", "environment"]] {
            let (ending, said, _) = try chat(
                desk, "version\n", option, before: "export \(variable)=http://127.0.0.1:9 no_proxy=")
            #expect(ending == .exit(0))
            #expect(said.hasPrefix("= outcry"))
        }
    }

    @Test func `a proxy that is asked for is named where it fails`() throws {
        let desk = try DeskUnderTest()
        try desk.start()
        let (ending, _, logged) = try chat(desk, "version\n", ["--proxy", "http://127.0.0.1:9"])
        #expect(ending == .exit(2))
        #expect(logged.contains("cannot connect to the proxy 127.0.0.1:9: connection refused"))
    }

    @Test func `a script's resume brings all that it announces before the script ends`() throws {
        let desk = try DeskUnderTest()
        try desk.start()
        try desk.add("ada", funds: "1000 usd")
        let trader = try desk.logIn("ada")
        for number in 1...3 {
            #expect(try trader.ask("buy 0.1 btc_usd at \(100 + number)").text.hasPrefix("+ "))
        }
        let (ending, said, _) = try chat(desk, "login ada\n\(DeskUnderTest.password)\nresume 1\n")
        #expect(ending == .exit(0))
        let shown = said.split(separator: "\n")
        guard let count = said.firstMatch(of: #/\+ ([0-9]+) notifications from 1/#).flatMap({ Int($0.1) }) else {
            Issue.record("nothing was resumed: \(said)")
            return
        }
        #expect(count >= 3 && shown.filter { $0.hasPrefix("* ") }.count == count)
    }

    @Test func `where nobody listens the chat says so`() throws {
        let desk = try DeskUnderTest()
        let run = try ProgramRun(["chat", "ws://127.0.0.1:9", "--no-history"], in: desk.folder)
        #expect(try run.ending() == .exit(2))
        #expect(run.logged.contains("127.0.0.1:9: connection refused: no server listens there; is it running?"))
    }
}
