import Foundation
import Glibc
import Testing

/// Keys that are typed with Control.
private let controlC = "\u{03}"
private let controlD = "\u{04}"
private let controlZ = "\u{1A}"
private let secret = DeskUnderTest.password

/// How a program comes to be stopped, with the shell on the terminal meanwhile.
enum Stop: CaseIterable {
    case byKey, bySignal

    func happen(to process: pid_t, on terminal: PseudoTerminal) throws {
        switch self {
        case .byKey: try terminal.type(controlZ)
        case .bySignal: kill(process, SIGSTOP)
        }
        try terminal.wait(for: "Stopped")
        try terminal.wait(for: "shell$ ")
        try terminal.type("fg\r")
    }
}

@Suite struct `At a terminal` {
    @Test(arguments: Stop.allCases)
    func `a new person's password is not shown after a stop, nor ended by another size of the window`(stop: Stop) throws
    {
        let desk = try DeskUnderTest()
        let terminal = try PseudoTerminal(in: desk.folder)
        let process = try terminal.start("user add ada --database \(desk.database)")
        try terminal.wait(for: "password for ada: ")
        #expect(!terminal.echoes)
        terminal.resize(columns: 70)
        try stop.happen(to: process, on: terminal)
        try terminal.wait(for: "password for ada: ")
        #expect(!terminal.echoes)
        try terminal.type(secret + "\r")
        try terminal.wait(for: "again: ")
        try stop.happen(to: process, on: terminal)
        try terminal.wait(for: "again: ")
        try terminal.type(secret + "\r")
        try terminal.wait(for: "added ada, trader")
        try terminal.wait(for: "shell$ ")
        #expect(terminal.echoes)
        #expect(!terminal.shown.contains("pit"), "the password is on the screen")
    }

    @Test(arguments: [("\u{03}", 130), ("\u{1C}", 131)])
    func `a key that ends the program at a password leaves the terminal as it was`(key: String, status: Int) throws {
        let desk = try DeskUnderTest()
        try desk.add("ada")
        let terminal = try PseudoTerminal(in: desk.folder)
        _ = try terminal.start("user password ada --database \(desk.database)")
        try terminal.wait(for: "new password for ada: ")
        try terminal.type("half" + key)
        try terminal.wait(for: "shell$ ")
        try terminal.type("echo status=$?.\r")
        try terminal.wait(for: "status=\(status).")
        #expect(terminal.echoes)
    }

    @Test(arguments: Stop.allCases)
    func `the chat's passwords are not shown after a stop, nor ended by another size of the window`(stop: Stop) throws {
        let desk = try DeskUnderTest()
        try desk.start()
        try desk.add("ada")
        let terminal = try PseudoTerminal(in: desk.folder)
        let process = try terminal.start("chat ws://127.0.0.1:\(desk.port) --no-color --user ada")
        try terminal.wait(for: "password for ada: ")
        terminal.resize(columns: 90)
        terminal.resize(columns: 95)
        try stop.happen(to: process, on: terminal)
        try terminal.wait(for: "password for ada: ")
        #expect(!terminal.echoes)
        try terminal.type(secret + "\r")
        try terminal.wait(for: "+ hello ada")
        try terminal.wait(for: "ada> ")
        try terminal.type("x" + controlC)
        try terminal.wait(for: "-- Ctrl-C: the line is cleared; quit or Ctrl-D ends the program")
        try terminal.type("whoa" + controlC)
        try terminal.wait(for: "-- Ctrl-C: the line is cleared")
        // A stop while a line is edited.
        try stop.happen(to: process, on: terminal)
        try terminal.wait(for: "ada> ")
        try terminal.type("whoami\r")
        try terminal.wait(for: "= ada")
        // The same at the desk's own question.
        try terminal.wait(for: "ada> ")
        try terminal.type("password\r")
        try terminal.wait(for: "? old password")
        try terminal.wait(for: "old password: ")
        terminal.resize(columns: 80)
        try stop.happen(to: process, on: terminal)
        try terminal.wait(for: "old password: ")
        #expect(!terminal.echoes)
        try terminal.type(secret + "\r")
        try terminal.wait(for: "? new password")
        try terminal.wait(for: "new password: ")
        try terminal.type(controlD)
        try terminal.wait(for: "shell$ ")
        #expect(terminal.echoes)
        #expect(!terminal.shown.contains("pit"), "the password is on the screen")
    }

    @Test func `a password is not shown where only the keys are a terminal's`() throws {
        let desk = try DeskUnderTest()
        try desk.start()
        try desk.add("ada")
        let terminal = try PseudoTerminal(in: desk.folder)
        _ = try terminal.start("chat ws://127.0.0.1:\(desk.port) | cat")
        try terminal.type("login ada\r")
        try terminal.wait(for: "? password for ada")
        #expect(!terminal.echoes)
        try terminal.type(secret + "\r")
        try terminal.wait(for: "+ hello ada")
        try terminal.type("whoami\r" + controlD)
        try terminal.wait(for: "shell$ ")
        #expect(terminal.echoes)
        #expect(!terminal.shown.contains("pit"), "the password is on the screen")
    }

    @Test func `several lines that are pasted are sent after Enter, one by one, and dropped by Esc`() throws {
        let desk = try DeskUnderTest()
        // So slow that lines sent at once would be refused.
        try desk.start(["--limit", "line_burst=3", "--limit", "line_rate=20"])
        try desk.add("ada", funds: "1000 usd")
        let terminal = try PseudoTerminal(in: desk.folder)
        _ = try terminal.start("chat ws://127.0.0.1:\(desk.port) --no-color --user ada")
        try terminal.wait(for: "password for ada: ")
        try terminal.type(secret + "\r")
        try terminal.wait(for: "+ hello ada")
        try terminal.wait(for: "ada> ")
        let (begin, end) = ("\u{1B}[200~", "\u{1B}[201~")
        try terminal.type(begin + "alias a1 = funds\ralias a2\t= funds\r\r// no\ralias a3 = funds\r" + end)
        try terminal.wait(for: "3 lines: Enter sends, Esc drops")
        try terminal.type("\u{1B}")
        try terminal.wait(for: "-- 3 lines dropped: none was sent")
        let lines = (1...12).map { "alias b\($0) = funds" }.joined(separator: "\n")
        try terminal.type(begin + lines + end)
        try terminal.wait(for: "12 lines: Enter sends, Esc drops")
        try terminal.type("\r")
        for number in 1...12 {
            try terminal.wait(for: "ada> alias b\(number) = funds")
            try terminal.wait(for: "+ b\(number)")
        }
        // One line is put into the line that is typed, and waits for Enter.
        try terminal.type(begin + "alias c1\t= funds\n" + end)
        try terminal.wait(for: "alias c1 = funds")
        try terminal.type(controlC)
        try terminal.wait(for: "-- Ctrl-C: the line is cleared")
        #expect(!terminal.shown.contains("too fast"))
        // What is typed is not paced, and may come before the budget has recovered.
        var list: String
        repeat {
            try terminal.type("alias\r")
            list = try terminal.wait(for: #/b12 +funds|too fast/#)
        } while list.contains("too fast")
        #expect(!list.contains("a1"))
    }

    @Test(arguments: [("C.UTF-8", false), ("es_ES.ISO-8859-1", true)])
    func `a byte of another encoding swallows no key`(locale: String, isCharacter: Bool) throws {
        let desk = try DeskUnderTest()
        try desk.start()
        let terminal = try PseudoTerminal(environment: ["LANG": locale], in: desk.folder)
        _ = try terminal.start("chat ws://127.0.0.1:\(desk.port) --no-color")
        try terminal.wait(for: "outcry> ")
        try terminal.type([0xE9] + Array("ab\r".utf8))
        try terminal.wait(for: isCharacter ? "! no command " : "bytes that are no text")
        if isCharacter { try terminal.wait(for: "ab") }
        try terminal.type("version\r")
        try terminal.wait(for: "= outcry")
    }

    @Test func `the chat shows again all that a typed resume announces`() throws {
        let desk = try DeskUnderTest()
        try desk.start()
        try desk.add("ada", funds: "1000 usd")
        let other = try desk.logIn("ada")
        let terminal = try PseudoTerminal(in: desk.folder)
        _ = try terminal.start("chat ws://127.0.0.1:\(desk.port) --no-color --user ada")
        try terminal.wait(for: "password for ada: ")
        try terminal.type(secret + "\r")
        try terminal.wait(for: "+ hello ada")
        for number in 1...3 {
            #expect(try other.ask("buy 0.1 btc_usd at \(100 + number) day").text.hasPrefix("+ "))
            try terminal.wait(for: "opened")
        }
        try terminal.type(controlD)
        try terminal.wait(for: "shell$ ")
        _ = try terminal.start("chat ws://127.0.0.1:\(desk.port) --no-color --user ada")
        try terminal.wait(for: "password for ada: ")
        try terminal.type(secret + "\r")
        try terminal.wait(for: "+ hello ada")
        try terminal.wait(for: "ada> ")
        try terminal.type("resume 1\r")
        let reply = try terminal.wait(for: #/\+ ([0-9]+) notifications from 1/#)
        guard let count = reply.firstMatch(of: #/\+ ([0-9]+) not/#).flatMap({ Int($0.1) }) else { return }
        #expect(count >= 3)
        for _ in 0..<count { try terminal.wait(for: "\u{1B}[J* ") }
    }
}
