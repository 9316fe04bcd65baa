import Accounts
import Foundation
import GRDB
import Ledger
import Testing

extension `The server` {
    @Suite struct `with a master key` {
        private func run(_ arguments: [String], in desk: DeskUnderTest) throws -> (said: String, error: String) {
            let run = try ProgramRun(arguments, in: desk.folder)
            let ending = try run.ending()
            return (run.said, ending == .exit(0) ? "" : run.logged)
        }

        @Test func `makes one that it then starts with, and no other`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            let file = desk.folder.appendingPathComponent("master").path
            let made = try run(["keys", "new-master", file], in: desk)
            #expect(made.error == "" && made.said.hasPrefix("made the master key "))
            #expect(try run(["keys", "new-master", file], in: desk).error.contains("File exists"))
            let digits = try String(contentsOfFile: file, encoding: .utf8)
            #expect(digits.count == 65 && !made.said.contains(digits.dropLast()))
            try desk.start(DeskUnderTest.unhurried + ["--master-key-file", file])
            let ann = try desk.logIn("ann")
            #expect(try ann.ask("keys btce set SOME-KEY SOME-SECRET").error?.code == "unknown_exchange")
            #expect(try desk.stop() == .exit(0))
            #expect(!desk.log.contains(digits.dropLast()))

            let cases: [(contents: String, mode: Int, words: String)] = [
                (digits, 0o640, "can be read by others"), (digits, 0o604, "can be read by others"),
                ("no key", 0o600, "holds no master key"),
            ]
            for (contents, mode, words) in cases {
                try contents.write(toFile: file, atomically: false, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
                let (ending, error) = try desk.refusal(of: [
                    "serve", "--database", desk.database, "--master-key-file", file,
                ])
                #expect(ending == .exit(1) && error.contains(words), "\(error)")
                #expect(error.split(separator: "\n").count == 1 && !error.contains(digits.dropLast()), "\(error)")
            }
            let (ending, error) = try desk.refusal(of: [
                "serve", "--database", desk.database, "--master-key-file", file + ".none",
            ])
            #expect(ending == .exit(1) && error.contains("No such file"), "\(error)")
        }

        @Test func `seals anew what is there, forgets what cannot be read, and neither beside a server`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            let (old, new) = (
                desk.folder.appendingPathComponent("old").path, desk.folder.appendingPathComponent("new").path
            )
            for file in [old, new] { _ = try run(["keys", "new-master", file], in: desk) }
            let common = ["--database", desk.database]
            let rotate = ["keys", "rotate", "--master-key-file", old, "--new-master", new] + common
            let rotated = try run(rotate, in: desk)
            #expect(
                rotated.said.hasPrefix("sealed 0 keys and 0 two-factor secrets under the master key ")
                    && rotated.error == "")
            #expect(rotated.said.contains("now put \(new) in the place of \(old), and start the server"))

            try desk.start()
            #expect(try run(rotate, in: desk).error.contains("another server is using the database"))
            #expect(
                try run(["keys", "forget"] + common, in: desk).error.contains("another server is using the database"))
            #expect(try desk.stop() == .exit(0))

            // A key whose master key is lost.
            let ledger = try Ledger(path: desk.database, options: .tool) { AccountStore.registerMigrations(in: &$0) }
            try ledger.transaction { transaction in
                let database = try transaction.database
                try database.execute(
                    sql: """
                        INSERT INTO exchange_keys VALUES (1, 'btce', 'K7F3Q2', 'f', 1, 1, 0, 1, '0123456789abcdef', x'01')
                        """)
            }
            try ledger.close()
            let refused = try run(rotate, in: desk)
            #expect(
                refused.error.contains("nothing was changed: a secret is sealed under the master key 0123456789abcdef"))
            #expect(
                try run(["keys", "forget", "--master-key-file", new] + common, in: desk).said
                    == "forgot ann's key K7F3Q2... at btce\nforgot 1 keys and 0 two-factor secrets\n")
            #expect(try run(rotate, in: desk).said.hasPrefix("sealed 0 keys"))
        }
    }
}
