import ExactJSON
import Testing
import Trading

@Suite struct `An exchange's JSON` {
    @Test(
        arguments: [
            ("0.1", "0.1"), ("-0", "0"), ("1e-8", "0.00000001"), ("1.5E+3", "1500"), ("12.50e1", "125"),
            ("100E-2", "1"),
            ("0.000000000000000001", "0.000000000000000001"), ("1.0E-18", "0.000000000000000001"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("123456789012.123456789012345678", "123456789012.123456789012345678"),
            ("170000000000000000000", "170000000000000000000"), ("0.1000000000000000000000", "0.1"),
            ("0e50", "0"), ("1.7E20", "170000000000000000000"), ("-2.5e-3", "-0.0025"), ("0.000e-5", "0"),
        ] as [(String, String)])
    func `a number is read to its last digit`(text: String, number: String) throws {
        #expect(try JSONNumber(text: text).decimal().description == number)
    }

    @Test(
        arguments: [
            ("1e-19", .tooManyDecimals), ("0.0000000000000000001", .tooManyDecimals), ("1e-400", .tooManyDecimals),
            ("1e-9223372036854775808", .tooManyDecimals), ("1e9223372036854775807", .overflow),
            ("1e-9223372036854775809", .tooManyDecimals), ("1e9223372036854775808", .overflow), ("1e400", .overflow),
            ("1e21", .overflow), ("180000000000000000000", .overflow),
            ("1e99999999999999999999", .overflow), ("1e-99999999999999999999", .tooManyDecimals),
        ] as [(String, ExactDecimal.ParseError)])
    func `a number that does not fit is an error`(text: String, error: ExactDecimal.ParseError) {
        #expect(throws: error) { try JSONNumber(text: text).decimal() }
    }

    @Test func `a figure that is only shown may be cut`() throws {
        #expect(try JSONNumber(text: "0.1234567890123456789").roundedDecimal().description == "0.123456789012345678")
        #expect(try JSONNumber(text: "1e-30").roundedDecimal() == .zero)
        #expect(try JSONNumber(text: "-1.9999999999999999999").roundedDecimal().description == "-1.999999999999999999")
    }

    @Test func `values keep their order and their digits`() throws {
        let text = "\u{FEFF} {\"b\":[1.10,null,true],\"a\\u0041\\ud83d\\ude00\\n\":{\"x\":\"\\ud83d!\"}} \n"
        let value = try ExchangeJSONReader.read(Array(text.utf8))
        #expect(
            value
                == .object([
                    .init(name: "b", value: .array([.number(JSONNumber(text: "1.10")), .null, .bool(true)])),
                    .init(name: "aA😀\n", value: .object([.init(name: "x", value: .string("\u{FFFD}!"))])),
                ]))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "01", "1.", "-", "1e", "tru", "nul", "NaN", "\"a", "\"\\x\"",
        "\"\\u12\"", "1 2", "{}}", "<html>", "'a'", "[1 2]", ".5", "+1",
    ])
    func `what is no JSON is an error`(text: String) {
        #expect(throws: ExchangeJSONError.self) { try ExchangeJSONReader.read(Array(text.utf8)) }
    }

    @Test func `depth, number of values and length of numbers are bounded`() throws {
        func read(_ text: String) throws -> ExchangeJSON { try ExchangeJSONReader.read(Array(text.utf8)) }
        #expect(throws: ExchangeJSONError.self) { try read(String(repeating: "[", count: 1_000_000)) }
        #expect(throws: ExchangeJSONError.self) { try read(String(repeating: "{\"a\":", count: 100_000)) }
        let deepest = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        _ = try read(deepest)
        #expect(throws: ExchangeJSONError.self) { try read("[" + deepest + "]") }
        #expect(throws: ExchangeJSONError.self) { try read(String(repeating: "1", count: 129)) }
        let many = "[" + String(repeating: "0,", count: ExchangeJSONReader.valuesMax) + "0]"
        #expect(throws: ExchangeJSONError.self) { try read(many) }
    }

    @Test(arguments: [
        #"{"a":1.10,"b":[null,true,false,-3],"c":{}}"#, #"["\"\\\n\u0001é😀"]"#, "[]", #""""#, "0.000000000000000001",
    ])
    func `what is written reads back as the same value`(text: String) throws {
        let value = try ExchangeJSONReader.read(Array(text.utf8))
        #expect(try ExchangeJSONReader.read(value.bytes) == value)
    }

    @Test func `money is written with all its digits and no others`() throws {
        let value = ExchangeJSON.members([
            ("rate", .decimal(try ExactDecimal(parsing: "230.10"))), ("least", .decimal(ExactDecimal(units: 1))),
            ("count", 3), ("name", "a\"b"),
        ])
        #expect(
            String(decoding: value.bytes, as: UTF8.self)
                == #"{"rate":230.1,"least":0.000000000000000001,"count":3,"name":"a\"b"}"#)
    }
}
