extension StringProtocol {
    /// The text for a terminal or a log, where it comes from a file, a client or an exchange: nothing in it moves the cursor,
    /// colours what follows, turns the direction of writing, or begins another line.
    ///
    /// Control characters and others that have no glyph of their own come out as their number, `\u{1B}`; what was no UTF-8 is
    /// U+FFFD already. Two texts that differ stay different to the eye.
    public var printable: String { printable(keeping: []) }

    /// The same for a text of several lines and columns: newlines and tabs stay.
    public var printableLines: String { printable(keeping: ["\n", "\t"]) }

    private func printable(keeping kept: Set<Unicode.Scalar>) -> String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(self) }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if kept.contains(scalar) || scalar.hasGlyph {
                text.append(scalar)
            } else {
                text.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            }
        }
        return String(text)
    }
}

extension Unicode.Scalar {
    fileprivate var hasGlyph: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
        default: true
        }
    }
}
