/// `{"id":"k7","line":"buy 0.5 btc_usd at 230"}`: a client's message in JSON, as far as it is known before its line is read.
///
/// Read in one pass that ends at the first byte which cannot be right: a name that is neither `id` nor `line`, a name
/// that comes twice, a value that is no string. Nothing but these two strings is kept, so a message costs what its bytes
/// cost, whatever is in it.
struct LineMessage: Hashable, Sendable {
    /// Nil where it is left out or null.
    private(set) var id: String?
    /// Nil where it is left out.
    private(set) var line: String?

    /// Why a message is refused.
    struct Fault: Error, Hashable, Sendable {
        let message: String
        /// The message's `id`, where that came before the fault.
        let tag: String?
    }

    /// Reads a message that is known to be in JSON mode and to begin with a `{`.
    init(_ text: String) throws(Fault) {
        var reader = JSONReader(text)
        let fault: String?
        do throws(JSONReadError) { fault = try read(&reader) } catch {
            throw Fault(message: "not JSON: \(error.message) at byte \(error.offset)", tag: id)
        }
        if let fault { throw Fault(message: fault, tag: id) }
    }

    /// Answers why the text is no message, where it is JSON as far as it was read; nil for a message.
    private mutating func read(_ reader: inout JSONReader) throws(JSONReadError) -> String? {
        reader.skipSpace()
        guard reader.take("{") else { throw reader.unexpected("an object") }
        reader.skipSpace()
        var hasID = false
        var isOver = reader.take("}")
        while !isOver {
            let start = reader.position
            let name = try reader.readName()
            let fault: String?
            // Bytes, not characters: `==` of strings would bring the name into a Unicode normal form.
            if name.utf8.elementsEqual("id".utf8) {
                guard !hasID else { throw reader.comesTwice(name, at: start) }
                hasID = true
                fault = try readID(&reader)
            } else if name.utf8.elementsEqual("line".utf8) {
                guard line == nil else { throw reader.comesTwice(name, at: start) }
                fault = try readLine(&reader)
            } else {
                return "unknown name \(JSONReader.shortened(name)); expected id and line"
            }
            if let fault { return fault }
            reader.skipSpace()
            isOver = reader.take("}")
            guard isOver || reader.take(",") else { throw reader.unexpected("a comma or the object's end") }
        }
        try reader.expectEnd()
        return nil
    }

    private mutating func readID(_ reader: inout JSONReader) throws(JSONReadError) -> String? {
        reader.skipSpace()
        switch reader.peek {
        case UInt8(ascii: "\""):
            let text = try reader.readString()
            guard LineTag.isTag(text.utf8) else { return "the id is no tag: 1 to 32 of A-Z a-z 0-9 . _ -" }
            id = text
            return nil
        case UInt8(ascii: "n"):
            _ = try reader.readWord("null", as: .null)
            return nil
        default: return "the id is \(try kind(reader)); expected a string"
        }
    }

    private mutating func readLine(_ reader: inout JSONReader) throws(JSONReadError) -> String? {
        reader.skipSpace()
        guard reader.peek == UInt8(ascii: "\"") else { return "the line is \(try kind(reader)); expected a string" }
        line = try reader.readString()
        return nil
    }

    /// What a value is that is no string, which its first byte shows.
    private func kind(_ reader: JSONReader) throws(JSONReadError) -> String {
        guard let byte = reader.peek else { throw reader.unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"): return "an object"
        case UInt8(ascii: "["): return "an array"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return "true or false"
        case UInt8(ascii: "n"): return "null"
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return "a number"
        default: throw reader.unexpected("a value")
        }
    }
}
