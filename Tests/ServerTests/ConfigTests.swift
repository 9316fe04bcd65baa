import Testing

extension `The server` {
    @Suite struct `asked what it is set to` {
        private func config(_ desk: DeskUnderTest, _ options: [String]) throws -> [String] {
            let run = try ProgramRun(["config", "--database", desk.database] + options, in: desk.folder)
            guard try run.ending() == .exit(0) else { throw Unexpected("config \(options): \(run.logged)") }
            return run.said.split(separator: "\n").map(String.init)
        }

        @Test func `config has the database and every limit, with what is typed and what stands in the environment`()
            throws
        {
            let desk = try DeskUnderTest()
            let before = try config(desk, [])
            #expect(before.first == "database \(desk.database)")
            #expect(before.contains("limit line_rate=10") && before.contains("limit snapshot_records=100000"))
            #expect(before.dropFirst().allSatisfy { $0.hasPrefix("limit ") && $0.contains("=") })
            let after = try config(desk, ["--limit", "line_rate=3", "--limit", "checkpoint_pages=7"])
            #expect(Set(after).subtracting(before) == ["limit line_rate=3", "limit checkpoint_pages=7"])
            #expect(after.count == before.count)
            let (ending, error) = try desk.refusal(of: ["config", "--limit", "line_rate=0"])
            #expect(ending != .exit(0) && error.contains("no limit line_rate that can be 0"), "\(error)")
        }

        @Test func `each limit that config lists can be given to serve, and holds`() throws {
            let desk = try DeskUnderTest()
            let all = try config(desk, []).dropFirst().flatMap { ["--limit", String($0.dropFirst("limit ".count))] }
            try desk.start(all + ["--limit", "message_lines=2"])
            let trader = try desk.connect(.json)
            #expect(try trader.ask("version\nversion\nversion").error?.code == "message_too_long")
        }
    }
}
