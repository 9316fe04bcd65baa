import Accounts
import Conversation
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

        private func openssl(_ arguments: [String]) throws {
            let openssl = Process()
            openssl.executableURL = URL(filePath: "/usr/bin/openssl")
            openssl.arguments = arguments
            openssl.standardError = FileHandle.nullDevice
            openssl.standardOutput = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            try #require(openssl.terminationStatus == 0)
        }

        @Test func `with a certificate or a key that is not what it should be`() throws {
            let desk = try DeskUnderTest()
            try makeMasterKey(of: desk)
            func file(_ name: String) -> String { desk.folder.appending(path: name).path }
            let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
            for name in ["a", "b"] {
                try openssl(
                    ["req", "-x509", "-nodes", "-days", "2"] + curve + [
                        "-keyout", file("\(name).key"), "-out", file("\(name).pem"),
                    ])
            }
            try openssl([
                "pkey", "-in", file("a.key"), "-aes256", "-passout", "pass:secret", "-out", file("locked.key"),
            ])
            // `-days` may not be below 1 here, so the time is over by its dates.
            try openssl(["req", "-new", "-key", file("a.key"), "-subj", "/CN=localhost", "-out", file("a.csr")])
            try openssl([
                "x509", "-req", "-in", file("a.csr"), "-signkey", file("a.key"), "-days", "-1", "-out", file("old.pem"),
            ])
            try Data("no certificate \u{1B}[2J at all".utf8).write(to: URL(filePath: file("text.pem")))
            try Data().write(to: URL(filePath: file("empty.pem")))
            let cases = [
                ("a.pem", "b.key", "the key in \(file("b.key")) is not that of the certificate in \(file("a.pem"))"),
                ("a.key", "a.pem", "--tls-cert and --tls-key are swapped"),
                ("a.pem", "locked.key", "has a passphrase"), ("old.pem", "a.key", "has expired"),
                ("a.key", "a.key", "has a private key in it and no certificate"),
                ("a.pem", "b.pem", "has a certificate in it and no private key"),
                ("text.pem", "a.key", "has no certificate in PEM"), ("a.pem", "empty.pem", "has no private key in PEM"),
                ("a.pem", ".", "has no private key in PEM"),
            ]
            for (certificate, key, words) in cases {
                try expectRefusal(desk, anyPort + ["--tls-cert", file(certificate), "--tls-key", file(key)], words)
            }
        }

        @Test func `with settings or files whose bytes would drive the terminal`() throws {
            let desk = try DeskUnderTest()
            let folder = desk.folder.appending(path: "a\u{1B}[2J")
            for arguments in [
                ["serve", "--database", folder.path + "/desk.db"], ["serve", "--limit", "x\u{1B}[2J=1"],
                ["serve", "--host", "\u{9B}2J"], ["serve", "--allow-origin", "https://a\u{1B}[2J"],
                ["user", "disable", "b\u{7}", "--database", desk.database],
            ] {
                let (ending, error) = try desk.refusal(of: arguments)
                #expect(ending != .exit(0))
                #expect(
                    !error.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" },
                    "\(error)")
            }
            let transcript = desk.folder.appending(path: "raw.transcript")
            try Data("@user trader funds 1 usd\n\ntrader> ti\u{1B}[2Jme\n= \u{7}\n".utf8 + [0xFF, 0x0A]).write(
                to: transcript)
            let run = try ProgramRun(["replay", transcript.path], in: desk.folder)
            #expect(try run.ending() != .exit(0))
            #expect(
                !(run.said + run.logged).unicodeScalars.contains {
                    $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t"
                })
        }

        @Test(
            arguments: [
                (["--exchange", "mtgox"], "no exchange mtgox; expected paper, btce or yobit"),
                (["--config", "/nowhere/outcry.json"], "cannot read the configuration file /nowhere/outcry.json"),
                (["--limit", "patience=3"], "no limit patience"),
                (["--limit", "line_rate=fast"], "NAME=VALUE with a whole number, not line_rate=fast"),
                (["--limit", "ticker_s=30"], "ticker_s (30) has to be below feed_stale_s (30)"),
                (["--tape", "/nowhere/tape.csv"], "/nowhere/tape.csv"),
                (["--speed", "0"], "--speed takes a number above zero"),
                (["--timezone", "Mars/Olympus"], "Mars/Olympus"),
                (["--log-level", "loud"], "no log level loud"),
                (["--host", "https://desk.example"], "--host: https://desk.example is no host"),
                (["--host", "desk.example:443"], "--host: desk.example:443 has a port"),
                (["--allow-origin", "*"], "--allow-origin: * would let in every web page"),
                (["--allow-origin", "desk.example"], "--allow-origin: desk.example is no origin"),
                (["--allow-origin", "https://*.desk.example"], "has more than a scheme, a host and a port"),
                (["--allow-origin", "wss://desk.example"], "expected https://desk.example"),
                (["--allow-origin", "file:///home/ann/desk.html"], "browsers send null"),
                (["--allow-origin", "https://desk.example:0443"], "expected port 443"),
                (["--allow-origin", "https://desk.example:"], "has a colon and no port"),
                (["--allow-origin", "https://[0:0:0:0:0:0:0:1]:7015"], "expected [::1]"),
                (["--allow-origin", "https://ann@desk.example"], "has more than a scheme, a host and a port"),
                (
                    ["--allow-origin", "https://a.example,https://b.example"],
                    "has more than a scheme, a host and a port"
                ),
                (["--allow-origin", "https://desk.example/app"], "--allow-origin: https://desk.example/app has more"),
            ] as [([String], String)])
        func `with settings that mean nothing`(options: [String], words: String) throws {
            try expectRefusal(DeskUnderTest(), anyPort + options, words)
        }
    }
}
