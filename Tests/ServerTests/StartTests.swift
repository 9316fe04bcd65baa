import Accounts
import ChatServer
import Foundation
import GRDB
import Ledger
import Testing

extension `The server` {
    @Suite struct `does not start` {
        /// One line, on standard error, that says why; and no trace of a crash.
        private func expectRefusal(_ desk: DeskUnderTest, _ options: [String], _ words: String) throws {
            let (ending, error) = try desk.refusal(of: ["serve", "--database", desk.database] + options)
            guard case .exit(let status) = ending else {
                Issue.record("it crashed: \(ending), \(error)")
                return
            }
            #expect(status != 0)
            let lines = error.split(separator: "\n")
            #expect(lines.count == 1, "\(error)")
            #expect(error.contains(words), "\(error)")
        }

        /// A first start says where its master key is; this is not to be the first.
        private func makeMasterKey(of desk: DeskUnderTest) throws {
            let made = try ProgramRun(["keys", "new-master", desk.database + ".key"], in: desk.folder)
            #expect(try made.ending() == .exit(0))
        }

        private let anyPort = ["--listen", "127.0.0.1:0"]

        @Test func `twice on one database`() throws {
            let desk = try DeskUnderTest()
            try desk.start()
            try expectRefusal(desk, anyPort, "another server is using the database \(desk.database)")
            #expect(try desk.connect().ask("version").ok == true)
        }

        @Test func `on a database of a newer version`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            // Through the ledger: what another program writes has no checksums.
            let ledger = try Ledger(path: desk.database) { migrator in
                AccountStore.registerMigrations(in: &migrator)
                migrator.registerMigration("ledger-999") { _ in }
            }
            try ledger.close()
            let before = try Data(contentsOf: URL(fileURLWithPath: desk.database))
            try expectRefusal(desk, anyPort, "was written by a newer version (ledger-999)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: desk.database)) == before)
        }

        @Test func `on a file that is no database`() throws {
            let desk = try DeskUnderTest()
            let letter = Data(String(repeating: "Dear Sir or Madam, ", count: 500).utf8)
            try letter.write(to: URL(fileURLWithPath: desk.database))
            try expectRefusal(desk, anyPort, "is not a database")
            #expect(try Data(contentsOf: URL(fileURLWithPath: desk.database)) == letter)
        }

        @Test func `on another program's database`() throws {
            let desk = try DeskUnderTest()
            let queue = try DatabaseQueue(path: desk.database)
            try queue.write { try $0.execute(sql: "CREATE TABLE recipes (name TEXT)") }
            try queue.close()
            try expectRefusal(desk, anyPort, "is the database of another program")
        }

        @Test func `in a folder that is not there`() throws {
            let desk = try DeskUnderTest()
            let path = desk.folder.path + "/nowhere/desk.db"
            try expectRefusal(desk, anyPort + ["--database", path], "cannot open the database \(path)")
        }

        @Test func `on a port in use`() throws {
            let first = try DeskUnderTest()
            try first.start()
            let second = try DeskUnderTest()
            try makeMasterKey(of: second)
            try expectRefusal(
                second, ["--listen", "127.0.0.1:\(first.port)"],
                "127.0.0.1 port \(first.port) is in use by another program")
        }

        @Test func `without TLS where other machines reach it`() throws {
            try expectRefusal(DeskUnderTest(), ["--listen", "0.0.0.0:0"], "unless told --insecure")
        }

        @Test func `without the files of its TLS`() throws {
            let desk = try DeskUnderTest()
            try makeMasterKey(of: desk)
            try expectRefusal(
                desk, anyPort + ["--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"],
                "cannot read /nowhere/cert.pem")
            try expectRefusal(desk, anyPort + ["--tls-cert", "/nowhere/cert.pem"], "go together")
        }

        @Test(
            arguments: [
                (["--exchange", "mtgox"], "no exchange mtgox; expected paper"),
                (["--limit", "patience=3"], "no limit patience"),
                (["--limit", "line_rate=fast"], "NAME=VALUE with a whole number, not line_rate=fast"),
                (["--tape", "/nowhere/tape.csv"], "/nowhere/tape.csv"),
                (["--speed", "0"], "--speed takes a number above zero"),
                (["--timezone", "Mars/Olympus"], "Mars/Olympus"),
                (["--log-level", "loud"], "no log level loud"),
                (["--host", "https://desk.example"], "--host: https://desk.example is no host"),
                (["--host", "desk.example:443"], "--host: desk.example:443 has a port"),
                (["--allow-origin", "*"], "--allow-origin: * would let in every web page"),
                (["--allow-origin", "desk.example"], "--allow-origin: desk.example is no origin"),
                (["--allow-origin", "https://desk.example/app"], "--allow-origin: https://desk.example/app has more"),
            ] as [([String], String)])
        func `with settings that mean nothing`(options: [String], words: String) throws {
            try expectRefusal(DeskUnderTest(), anyPort + options, words)
        }
    }
}
