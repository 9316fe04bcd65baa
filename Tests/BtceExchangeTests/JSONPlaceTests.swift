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
        #expect(try whole("9223372036854775807") == UInt64(Int64.max))
        for text in ["1.5", "-1", "\"1x\"", "true", "[]", "1e30", "9223372036854775808", "18446744073709551615"] {
            #expect(throws: UnreadableAnswer.self) { try whole(text) }
        }
    }

    @Test func `two names of one coin are nobody's to choose`() throws {
        let place = JSONPlace(try ExchangeJSONReader.read(Array(#"{"btc":1,"a coin":2,"a coin ":3,"BTC":4}"#.utf8)))
        #expect(throws: UnreadableAnswer(path: "BTC", message: "comes twice")) {
            try place.members(named: { Coin($0) })
        }
        #expect(try place.members(named: { $0.hasPrefix("a ") ? $0 : nil }).map(\.name) == ["a coin", "a coin "])
    }

    @Test(arguments: ["0", "-1", "+5", "05", " 5", "5.0", "", "18446744073709551615", "9223372036854775808"])
    func `the number of a row is written in one way`(name: String) {
        #expect(throws: UnreadableAnswer.self) { try JSONPlace(.null).rowID(name) }
    }
}
