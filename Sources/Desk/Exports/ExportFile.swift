import Conversation
import Trading

/// A file of rows, written as they come: CSV as RFC 4180 has it, its first line the names; or one JSON array of objects.
struct ExportFile {
    enum Format: String {
        case csv
        case json

        var type: String { self == .csv ? "text/csv; charset=utf-8" : "application/json" }
    }

    let format: Format
    private let columns: [String]
    private var bytes: [UInt8]
    private(set) var rows = 0

    init(_ format: Format, columns: [String]) {
        self.format = format
        self.columns = columns
        switch format {
        case .csv: bytes = Array((columns.joined(separator: ",") + "\r\n").utf8)
        case .json: bytes = [UInt8(ascii: "[")]
        }
    }

    var byteCount: Int { bytes.count }

    /// Writes a row: of the object what is under the columns' names. What it does not have is empty, or null.
    mutating func append(_ row: JSONObject) {
        switch format {
        case .csv:
            bytes += columns.map { ExportFile.field(row[$0] ?? .null) }.joined(separator: ",").utf8
            bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        case .json:
            if rows > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\n"))
            JSONValue.object(JSONObject(columns.map { ($0, row[$0] ?? .null) })).write(to: &bytes)
        }
        rows += 1
    }

    /// The whole file, ended as it has to be.
    func finished() -> [UInt8] {
        switch format {
        case .csv: bytes
        case .json: bytes + Array("\n]\n".utf8)
        }
    }

    /// A field that holds a comma, a quote or the end of a line stands in quotes, and a quote in it twice (RFC 4180 §2).
    private static func field(_ value: JSONValue) -> String {
        let text =
            switch value {
            case .null: ""
            case .string(let text): text
            case .bool, .int, .array, .object, .raw: value.json
            }
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
