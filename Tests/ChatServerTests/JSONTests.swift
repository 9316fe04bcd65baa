import Conversation
import Testing
import Trading

@testable import ChatServer

@Suite struct `JSON` {
    @Test(
        arguments: [
            (JSONValue.null, "null"), (true, "true"), (false, "false"), (.int(.min), "-9223372036854775808"),
            ("a\"b\\c/d\n\r\t\u{1}\u{1f}\u{7f}é€😀", #""a\"b\\c/d\n\r\t\u0001\u001f"# + "\u{7f}é€😀\""),
            (.array([]), "[]"), (.object([:]), "{}"), (["b": [1, nil], "a": "x"], #"{"b":[1,null],"a":"x"}"#),
            (.raw("1.50"), "1.50"),
        ] as [(JSONValue, String)])
    func `values are written in their order and without spaces`(value: JSONValue, text: String) {
        #expect(value.json == text)
    }

    @Test(
        arguments: [
            (#" { "a" : [ 1 , -0 , 2.50 , 1E+3 ] } "#, ["a": [1, 0, .raw("2.50"), .raw("1E+3")]]),
            (#""\u0041\u00e9\ud83d\ude00\/\b\f""#, "Aé😀/\u{8}\u{c}"),
            ("99999999999999999999", .raw("99999999999999999999")),
            ("null", .null),
        ] as [(String, JSONValue)])
    func `what is JSON is read`(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(text) == value)
    }

    @Test(
        arguments: [
            ("", "found the end of the message; expected a value", 1),
            ("{", "found the end of the message; expected a name in quotes", 2),
            (#"{"a" 1}"#, #"found "1"; expected a colon"#, 6),
            (#"{"a":1,}"#, #"found "}"; expected a name in quotes"#, 8),
            (#"{"a":1 "b":2}"#, #"found "\""; expected a comma or the object's end"#, 8),
            (#"{"a":1,"\u0061":2}"#, #"the name "a" comes twice"#, 8),
            ("[1,]", #"found "]"; expected a value"#, 4),
            ("1 2", #"found "2"; expected the end of the message"#, 3),
            ("01", #"found "1"; expected the end of the message"#, 2),
            ("-", "found the end of the message; expected a digit", 2),
            ("1.", "found the end of the message; expected a digit", 3),
            ("tru", "found the end of the message; expected true", 4),
            ("NaN", #"found "N"; expected a value"#, 1),
            ("\"a\nb\"", #"found "\n"; expected an escape in place of the control character"#, 3),
            (#""a"#, "found the end of the message; expected the closing quote", 3),
            (#""\x""#, #"found "x"; expected an escape: one of " \ / b f n r t u"#, 3),
            (#""\u12g4""#, #"found "g"; expected four hexadecimal digits"#, 6),
            (#""\ud83d""#, "found half of a surrogate pair; expected a character", 2),
            (#""\ude00\ud83d""#, "found half of a surrogate pair; expected a character", 2),
            (String(repeating: "[", count: 17), "nested deeper than 16", 17),
        ] as [(String, String, Int)])
    func `what is not JSON is refused with its place`(text: String, message: String, offset: Int) {
        #expect(throws: JSONReadError(message: message, offset: offset)) { try JSONReader.read(text) }
    }

    @Test func `any text comes back as it was`() throws {
        let seed: UInt64 = 20_260_830
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 0...0x7F : 0...0x10FFFF
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            let value: JSONValue = .object([
                text: .array([.string(text), .int(.random(in: .min ... .max, using: &random))])
            ])
            #expect(try JSONReader.read(value.json) == value, "seed \(seed)")
            for index in value.json.indices.prefix(8) {
                // No beginning of it is JSON, and none makes the reader stop the program.
                #expect(throws: JSONReadError.self) { try JSONReader.read(value.json[..<index]) }
            }
        }
    }
}
