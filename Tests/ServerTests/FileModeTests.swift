import Foundation
import Glibc
import Testing

extension `The server` {
    @Suite struct `with the files it makes` {
        private func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }

        /// Every file and folder under one, by its path in it.
        private func modes(under folder: URL) throws -> [String: Int] {
            var modes: [String: Int] = [:]
            let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            for path in all where !path.hasPrefix("input-") { modes[path] = try mode(folder.path + "/" + path) }
            return modes
        }

        @Test func `each file is its owner's alone, whatever the mask`() throws {
            let desk = try DeskUnderTest()
            let home = desk.folder.appending(path: "home")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            // With no --database the state folder is made, too.
            let added = try ProgramRun(
                ["user", "add", "ann"], input: DeskUnderTest.password + "\n", in: home, before: "umask 0")
            #expect(try added.ending() == .exit(0))
            try desk.add("ann")
            try desk.start(before: "umask 0")
            _ = try desk.logIn("ann").ask("version")
            for arguments in [
                ["backup", desk.folder.path + "/copy.db", "--database", desk.database],
                ["keys", "new-master", desk.folder.path + "/master"],
            ] {
                let run = try ProgramRun(arguments, in: desk.folder, before: "umask 0")
                #expect(try run.ending() == .exit(0), "\(run.logged)")
            }
            let venue = try ProgramRun(
                ["venue", "--listen", "127.0.0.1:0", "--books", desk.folder.path + "/books"], in: desk.folder,
                before: "umask 0")
            _ = try venue.saidLine(with: "127.0.0.1:")
            venue.send(signal: SIGTERM)
            try venue.ending()
            var modes = try modes(under: desk.folder)
            #expect(modes.removeValue(forKey: "home") != nil)
            let names = [
                "desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock", "desk.db.key", "copy.db", "master", "books",
            ]
            for name in names { #expect(modes[name] != nil, "\(name) is not there: \(modes.keys.sorted())") }
            for (path, mode) in modes {
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: desk.folder.path + "/" + path, isDirectory: &isFolder)
                #expect(mode == (isFolder.boolValue ? 0o700 : 0o600), "\(path) has mode \(String(mode, radix: 8))")
            }
        }

        @Test func `a backup that is cut off leaves nothing that others may read`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "100000 usd")
            // A file grows to no more than 60 KiB, which is less than the database has: the copy dies on the way.
            let size = try #require(try FileManager.default.attributesOfItem(atPath: desk.database)[.size] as? Int)
            #expect(size > 120 * 512)
            let copy = desk.folder.path + "/copy.db"
            let run = try ProgramRun(
                ["backup", copy, "--database", desk.database], in: desk.folder, before: "umask 0; ulimit -f 120")
            #expect(try run.ending() != .exit(0))
            #expect(!FileManager.default.fileExists(atPath: copy))
            let left = try modes(under: desk.folder).filter { $0.key.hasPrefix("copy.db") }
            #expect(left["copy.db.unfinished"] != nil, "\(left)")
            for (path, mode) in left { #expect(mode == 0o600, "\(path) has mode \(String(mode, radix: 8))") }
        }
    }

    @Suite struct `with a master key of its own` {
        @Test func `codes and keys work out of the box, and the first start says where the key is`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.start()
            let line = try desk.server?.logLine(with: "made the master key ") ?? ""
            #expect(line.contains(" in \(desk.database).key: "), "\(line)")
            let ann = try desk.logIn("ann")
            #expect(try ann.ask("totp on", tag: "k1").text.contains("otpauth://totp/Outcry:ann?secret="))
            try desk.stop()
            // It stands apart from the database: without the file there is no second one over what it has sealed.
            try desk.start()
            #expect(!(desk.server?.logged.contains("made the master key ") ?? true))
        }

        @Test func `the audit log is read while the desk runs`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann")
            try desk.add("ben")
            try desk.start()
            let ann = try desk.logIn("ann")
            try ann.ask("set guard 5%")
            _ = try desk.connect().ask("login ann not-the-password")
            _ = try desk.logIn("ben")
            func audit(_ options: [String]) throws -> [String] {
                let run = try ProgramRun(["audit", "--database", desk.database] + options, in: desk.folder)
                guard try run.ending() == .exit(0) else { throw Unexpected("audit \(options): \(run.logged)") }
                return run.said.split(separator: "\n").map(String.init)
            }
            func events(_ lines: [String]) -> [String] {
                lines.compactMap { $0.split(separator: " ").first { $0.hasPrefix("event=") }.map(String.init) }
            }
            let all = try audit([])
            #expect(
                events(all) == [
                    "event=account_made", "event=account_made", "event=login", "event=setting", "event=login_failed",
                    "event=login",
                ], "\(all)")
            #expect(all.allSatisfy { $0.hasPrefix("at=") } && all[0].contains(" who=operator:\(getuid())"))
            #expect(
                events(try audit(["--account", "Ann"])) == [
                    "event=account_made", "event=login", "event=setting", "event=login_failed",
                ])
            #expect(events(try audit(["--account", "ann", "--last", "1"])) == ["event=login_failed"])
            #expect(try audit(["--since", "1h"]).count == 6 && audit(["--since", "0s"]).isEmpty)
            let (ending, error) = try desk.refusal(of: ["audit", "--since", "someday", "--database", desk.database])
            #expect(ending == .exit(1) && error.contains("expected a time such as 24h"), "\(error)")
            // The log has the same lines.
            try desk.stop()
            #expect(desk.log.contains("event=setting account=ann who=ann address=127.0.0.1 name=guard value=5%25"))
            #expect(!desk.log.contains("not-the-password") && !all.joined().contains("not-the-password"))
        }
    }
}
