import Testing
import Trading

@testable import Accounts

/// The format of the audit log, against whoever would forge a line of it.
@Suite struct AuditLineTests {

    private static let pieces = [
        " ", "=", "\n", "\r\n", "\0", "\t", "%", "%0a", "\"", "\\", "\u{1B}[2J", "\u{7F}", "\u{85}", "\u{2028}", "é",
        "🏛️",
        "\u{202E}", "who=operator:0", " event=login account=admin", "at=2026-01-01", "a", "Mozilla/5.0", "#", "'",
        "`$(x)`",
        String(repeating: "x", count: 300), String(repeating: "é", count: 200),
        "e" + String(repeating: "\u{301}", count: 400),
    ]

    private static func value(_ chance: inout SplitMix64) -> String {
        (0..<Int.random(in: 0...6, using: &chance)).map { _ in pieces.randomElement(using: &chance)! }.joined()
    }

    @Test func `every line reads back as the fields that it was made of, whatever they hold`() throws {
        var chance = SplitMix64(seed: 7)
        for _ in 0..<3_000 {
            let fields = (0...Int.random(in: 0...5, using: &chance)).map { _ in
                AuditLine.Field(
                    ["event", "account", "who", "agent", "value"].randomElement(using: &chance)!, Self.value(&chance))
            }
            let text = AuditLine(fields).description
            #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(text)")
            #expect(text.split(separator: " ", omittingEmptySubsequences: false).count == fields.count)
            #expect(text.utf8.count { $0 == UInt8(ascii: "=") } == fields.count)
            #expect(AuditLine(text)?.fields == fields)
            #expect(text.utf8.count <= fields.count * (3 * AuditLine.valueBytesMax + 16))
        }
    }

    @Test func `a long value is cut between two characters of its text, and says so`() {
        let field = AuditLine.Field("agent", String(repeating: "é", count: 500))
        #expect(field.value.utf8.count <= AuditLine.valueBytesMax && field.value.hasSuffix("é..."))
        #expect(AuditLine.Field("agent", "short").value == "short")
    }

    @Test(arguments: [
        "event", "=x", "Event=x", "event=a b", "event=%", "event=%4", "event=%zz", "event=\"", "event=a  b=c",
        "event=%ff",
    ])
    func `what it does not write it does not read`(text: String) {
        #expect(AuditLine(text) == nil)
    }
}
