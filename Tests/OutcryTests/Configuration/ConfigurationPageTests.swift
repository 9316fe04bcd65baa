import ArgumentParser
import Foundation
import Testing
import Trading

@testable import outcry

@Suite struct `The page on configuration` {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/configuration.md")

    private func text() throws -> String { try String(contentsOf: Self.page, encoding: .utf8) }

    /// The file between ```json and ```.
    private func example() throws -> String {
        let parts = try text().components(separatedBy: "```json\n")
        try #require(parts.count == 2)
        return try #require(parts[1].components(separatedBy: "```").first)
    }

    @Test func `has a whole file that is taken as it stands, and every key of it is in force`() throws {
        let settings = try Started(file: try example()).settings()
        let lines = settings.lines
        for name in SettingName.allCases {
            #expect(lines.contains { $0.hasPrefix("\(name.rawValue) ") && $0.hasSuffix(" (file)") }, "\(name.rawValue)")
        }
        #expect(settings.exchanges.map(\.name.description) == ["paper", "main", "yobit"])
        let main = settings.exchanges[1].lines
        #expect(main.map(\.origin) == Array(repeating: "file", count: main.count), "\(main.map(\.text))")
        #expect(settings.exchanges[0].prices?.value == "main")
        #expect(lines.contains("limit line_rate=20 (file)") && lines.contains("limit line_burst=40 (file)"))
        // None of today's kinds has streams; every other key of a block is shown.
        for name in ExchangeSettingName.allCases where name != .stream {
            #expect(try example().contains("\"\(name.rawValue)\""), "\(name.rawValue)")
        }
    }

    @Test
    func `has a file that is refused in one line wherever it is cut, and read or refused whatever a byte becomes`()
        throws
    {
        let bytes = Array(try example().utf8)
        func refusal(_ bytes: [UInt8]) -> String? {
            do {
                _ = try ConfigurationFile(path: "a.json", bytes: bytes)
                return nil
            } catch {
                return "\(error)"
            }
        }
        func isOneLine(_ said: String) -> Bool { said.hasPrefix("a.json:") && !said.contains("\n") }
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
        let cuts = (0...end).filter { !(refusal(Array(bytes[..<$0])).map(isOneLine) ?? false) }
        #expect(cuts == [], "cut there it is read, or refused in another way")
        let odd: [UInt8] = [0, 0x0A, 0x22, 0x5C, 0x7B, 0x80, 0xFF]
        let changes = bytes.indices.filter { index in
            var changed = bytes
            changed[index] = odd[index % odd.count]
            return !(refusal(changed).map(isOneLine) ?? true)
        }
        #expect(changes == [], "changed there it is refused in another way")
    }

    @Test func `names every setting, as an option, in the environment and in the file`() throws {
        let page = try text()
        for name in SettingName.allCases {
            #expect(
                page.contains("| `--\(name.rawValue)` | `\(Settings.variable(name.rawValue))` |"), "\(name.rawValue)")
        }
        for name in ExchangeSettingName.allCases {
            #expect(page.contains("\n| `\(name.rawValue)` |"), "\(name.rawValue)")
        }
        for kind in ExchangeKind.all { #expect(page.contains("`\(kind.name)`")) }
    }

    @Test func `says that outcry config makes nothing: the default database's folder is made by who opens it`() throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "outcry-home-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: home) }
        let options = try ConfigCommand.parse([]).options
        let settings = try Settings(config: nil, environment: ["HOME": home])
        let database = try ServerSettings(options, settings).database.value
        #expect(database == home + "/.local/state/outcry/outcry.db" && !FileManager.default.fileExists(atPath: home))
        #expect(try options.database.path(settings).value == database)
        #expect(FileManager.default.fileExists(atPath: home + "/.local/state/outcry"))
        // What is named is not made.
        let named = try ConfigCommand.parse(["--database", home + "/desk/desk.db"]).options
        #expect(try named.database.path(settings).source.origin == "flag")
        #expect(!FileManager.default.fileExists(atPath: home + "/desk"))
    }

    @Test func `says the limits and defaults that the program has`() throws {
        let page = try text()
        func grouped(_ number: Int) -> String {
            let digits = Array(String(number))
            return digits.indices.map { (digits.count - $0) % 3 == 0 && $0 > 0 ? ",\(digits[$0])" : "\(digits[$0])" }
                .joined()
        }
        #expect(page.contains("at most \(grouped(ConfigurationFile.bytesMax)) bytes"))
        #expect(page.contains("a desk has at most \(ExchangeResolution.exchangesMax)"))
        #expect(
            page.contains(
                "\(grouped(ExchangeSetting.answerBytesRange.lowerBound)) to \(grouped(ExchangeSetting.answerBytesRange.upperBound)) |"
            ))
        #expect(
            page.contains(
                "1 to \(grouped(ExchangeSetting.timeoutRange.upperBound)) | \(ExchangeSetting.connectTimeoutDefault) |")
        )
        #expect(page.contains("| \(ExchangeSetting.timeoutDefault) |"))
        #expect(page.contains("| \(ExchangeSetting.answerBytesDefault) |"))
        #expect(page.contains("| `\(ExchangeSetting.rateDefault)` |"))
    }
}
