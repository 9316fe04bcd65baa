import Foundation
import Testing

extension `The server` {
    @Suite struct `asked what it is set to` {
        private func config(
            _ desk: DeskUnderTest, _ options: [String], before shell: String? = nil
        ) throws -> [String] {
            let run = try ProgramRun(
                ["config", "--database", desk.database] + options, in: desk.folder, before: shell)
            guard try run.ending() == .exit(0) else { throw Unexpected("config \(options): \(run.logged)") }
            return run.said.split(separator: "\n").map(String.init)
        }

        private func write(_ text: String, in desk: DeskUnderTest) throws -> String {
            let file = desk.folder.appending(path: "outcry.json")
            try Data(text.utf8).write(to: file)
            return file.path
        }

        @Test func `config has every limit, with what is typed and where it comes from`() throws {
            let desk = try DeskUnderTest()
            let before = try config(desk, [])
            #expect(before.contains("database \(desk.database) (flag)"))
            #expect(before.contains("limit line_rate=10 (default)"))
            #expect(before.contains("limit snapshot_records=100000 (default)"))
            #expect(before.allSatisfy { $0 == "exchange paper" || $0.hasSuffix(")") })
            let after = try config(desk, ["--limit", "line_rate=3", "--limit", "checkpoint_pages=7"])
            #expect(
                Set(after).subtracting(before) == ["limit line_rate=3 (flag)", "limit checkpoint_pages=7 (flag)"])
            #expect(after.count == before.count)
            let (ending, error) = try desk.refusal(of: ["config", "--limit", "line_rate=0"])
            #expect(ending != .exit(0) && error.contains("no limit line_rate that can be 0"), "\(error)")
        }

        @Test func `a tape does not move prices that paper takes from another exchange`() throws {
            let desk = try DeskUnderTest()
            let file = try write(
                """
                {"exchanges": {"paper": {"prices": "main"}, "main": {"kind": "btce", "url": "https://a.example"}}}
                """, in: desk)
            let said = try config(desk, ["--config", file])
            #expect(said.contains("  prices main (file)"), "\(said)")
            let (ending, error) = try desk.refusal(of: ["config", "--config", file, "--tape", "synthetic"])
            #expect(ending != .exit(0))
            #expect(error.contains("--tape: paper follows the prices of main, and a tape would move them too"))
        }

        @Test func `each limit that config lists can be given to serve, and holds`() throws {
            let desk = try DeskUnderTest()
            let limits = try config(desk, []).filter { $0.hasPrefix("limit ") }.map { $0.split(separator: " ")[1] }
            #expect(limits.count > 50)
            let all = limits.flatMap { ["--limit", String($0)] }
            try desk.start(all + ["--limit", "message_lines=2"])
            let trader = try desk.connect(.json)
            #expect(try trader.ask("version\nversion\nversion").error?.code == "message_too_long")
        }

        @Test func `config says what is in force, in one order, and from which of the four sources`() throws {
            let desk = try DeskUnderTest()
            let file = try write(
                """
                {"listen": "127.0.0.1:7100", "host": ["a.example", "b.example"], "timezone": "Europe/Madrid",
                 "limits": {"line_burst": 30},
                 "exchanges": {"paper": {},
                   "main": {"kind": "btce", "url": "https://a.example", "timeout": 5000},
                   "other": {"kind": "yobit", "url": "https://b.example"}}}
                """, in: desk)
            let options = ["--config", file, "--speed", "2", "--tape", "synthetic", "--loop"]
            let shell = "export OUTCRY_TIMEZONE=Asia/Tokyo OUTCRY_LIMIT=line_rate=7"
            let said = try config(desk, options, before: shell)
            #expect(
                said.filter { !$0.hasPrefix("limit ") } == [
                    "config \(file) (flag)", "database \(desk.database) (flag)", "listen 127.0.0.1:7100 (file)",
                    "master-key-file \(desk.database).key (default)", "tape synthetic (flag)", "speed 2 (flag)",
                    "loop yes (flag)", "tape-skip-bad no (default)", "tls-cert - (default)", "tls-key - (default)",
                    "insecure no (default)", "allow-origin - (default)", "host a.example, b.example (file)",
                    "trust-forwarded-for no (default)", "open-registration no (default)",
                    "timezone Asia/Tokyo (environment)", "demo no (default)", "log-level notice (default)",
                    "accept-loss no (default)", "exchange paper", "  kind paper (file)", "  prices - (default)",
                    "exchange main", "  kind btce (file)", "  url https://a.example (file)",
                    "  connect-timeout 3000 (default)", "  timeout 5000 (file)", "  answer-bytes 4194304 (default)",
                    "  rate 10/20 (default)", "exchange other", "  kind yobit (file)",
                    "  url https://b.example (file)", "  connect-timeout 3000 (default)", "  timeout 8000 (default)",
                    "  answer-bytes 4194304 (default)", "  rate 10/20 (default)",
                ])
            #expect(
                said.filter { $0.hasPrefix("limit ") && !$0.hasSuffix(" (default)") } == [
                    "limit line_burst=30 (file)", "limit line_rate=7 (environment)",
                ])
            #expect(try config(desk, options, before: shell) == said)
        }

        @Test func `a file is all that serve and the commands beside it need`() throws {
            let desk = try DeskUnderTest()
            let file = try write(
                """
                {"database": "\(desk.database)", "listen": "127.0.0.1:0", "limits": {"message_lines": 2},
                 "tape": ["synthetic"], "speed": 60, "loop": true, "exchanges": {"paper": {}}}
                """, in: desk)
            let added = try ProgramRun(
                ["user", "add", "ann", "--config", file], input: DeskUnderTest.password + "\n", in: desk.folder)
            #expect(try added.ending() == .exit(0), "\(added.logged)")
            // The second by the environment.
            for (options, shell) in [(["--config", file], nil), ([], "export OUTCRY_CONFIG='\(file)'")]
                as [([String], String?)]
            {
                let run = try ProgramRun(["serve"] + options, in: desk.folder, before: shell)
                let line = try run.logLine(with: " listens on ws://127.0.0.1:")
                #expect(line.hasSuffix("database \(desk.database)"), "\(line)")
                let port = try #require(
                    line.split(separator: "127.0.0.1:").last.flatMap { UInt16($0.prefix(while: \.isNumber)) })
                let health = try RawSocket(port: port).request("/health")
                #expect(health.head.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(health.head)")
                let trader = try Trader(port: port, format: .json)
                #expect(try trader.ask("version\nversion\nversion").error?.code == "message_too_long")
                #expect(try trader.ask("login ann \(DeskUnderTest.password)").ok == true)
                run.send(signal: SIGTERM)
                #expect(try run.ending() == .exit(0))
            }
        }
    }
}
