/// The tag before a line, `[k7] buy ...`. A gateway reads it only to send it back with its own refusals.
package struct LineTag {
    /// What stands between the brackets.
    package let text: String
    /// The first byte after the closing bracket.
    package let end: String.UTF8View.Index

    /// The characters of the longest tag.
    package static let lengthMax = 32

    package init?(leading line: String.UTF8View) {
        guard let open = line.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }), line[open] == UInt8(ascii: "["),
            let close = line[open...].firstIndex(of: UInt8(ascii: "]"))
        else { return nil }
        let inside = line[line.index(after: open)..<close]
        guard LineTag.isTag(inside) else { return nil }
        text = String(Substring(inside))
        end = line.index(after: close)
    }

    /// 1 to 32 of `A-Z a-z 0-9 . _ -`.
    package static func isTag(_ bytes: some Collection<UInt8>) -> Bool {
        guard (1...lengthMax).contains(bytes.count) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}
