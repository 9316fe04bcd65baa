import ExactJSON
import Testing
import Trading

@testable import BtceExchange

@Suite struct `A place in an answer` {
    @Test func `a name that comes twice is nobody's to choose`() throws {
        let place = JSONPlace(try ExchangeJSONReader.read(Array(#"{"rate":1,"a":2,"rate":3}"#.utf8)))
        #expect(throws: UnreadableAnswer(path: "rate", message: "comes twice")) { try place.required("rate") }
        #expect(throws: UnreadableAnswer(path: "rate", message: "comes twice")) { try place.members() }
        #expect(try place.required("a").decimal() == 2)
    }

    @Test func `whole numbers may be in quotes or written with an exponent`() throws {
        func whole(_ text: String) throws -> UInt64 {
            try JSONPlace(ExchangeJSONReader.read(Array(text.utf8))).whole()
        }
        #expect(try whole("100025362000000000") == 100_025_362_000_000_000)
        #expect(try whole("\"1002536200000000\"") == 1_002_536_200_000_000)
        #expect(try whole("1.0E+15") == 1_000_000_000_000_000)
        for text in ["1.5", "-1", "\"1x\"", "true", "[]", "1e30"] {
            #expect(throws: UnreadableAnswer.self) { try whole(text) }
        }
    }
}
