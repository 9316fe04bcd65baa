import ExactJSON
import Testing
import Trading

@testable import Venue

/// Who is let in: key, signature, nonce, rights.
@Suite struct `Letting in` {
    @Test func `the signature is RFC 4231's HMAC-SHA512 in small letters`() {
        // Test case 2 of RFC 4231.
        let expected =
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        let message = Array("what do ya want for nothing?".utf8)
        #expect(RequestSignature.of(message, secret: Array("Jefe".utf8)) == expected)
        #expect(sign(message, "Jefe") == expected)
    }

    @Test func `a wrong key, then a wrong signature, then a wrong nonce is refused`() throws {
        let venue = VenueUnderTest()
        func error(_ request: VenueHTTPRequest) throws -> ExchangeJSON? {
            try ExchangeJSONReader.read(venue.venue.answer(request, at: venue.now).body)["error"]
        }
        #expect(try error(venue.request("nobody", "method=getInfo&nonce=1")) == "invalid api key")
        #expect(try error(VenueHTTPRequest("POST", "/tapi")) == "invalid api key")
        #expect(try error(VenueHTTPRequest("GET", "/tapi")) == "invalid api key")
        #expect(try error(venue.request("ann", "method=getInfo&nonce=1", secret: "another")) == "invalid sign")
        var body = Array("method=getInfo&nonce=1".utf8)
        let signed = venue.request("ann", String(decoding: body, as: UTF8.self))
        body.append(UInt8(ascii: "0"))
        #expect(
            try error(VenueHTTPRequest("POST", "/tapi", headers: signed.headers, body: body)) == "invalid sign")
        // Nothing of this took the nonce.
        #expect(try error(signed) == nil)
        #expect(
            try error(signed) == "invalid nonce parameter; on key:1, you sent:'1', you should send:2")
    }

    @Test(arguments: [
        (VenueDialect.btce, "5", "5", "invalid nonce parameter; on key:5, you sent:'5', you should send:6"),
        (.btce, "5", "4", "invalid nonce parameter; on key:5, you sent:'4', you should send:6"),
        (.btce, "5", "", "invalid nonce parameter; on key:5, you sent:'', you should send:6"),
        (.btce, "5", "7.5", "invalid nonce parameter; on key:5, you sent:'7.5', you should send:6"),
        (.btce, "5", "-7", "invalid nonce parameter; on key:5, you sent:'-7', you should send:6"),
        (.btce, "5", "4294967295", "invalid nonce parameter; on key:5, you sent:'4294967295', you should send:6"),
        (
            .btce, "4294967294", "1",
            "invalid nonce parameter; on key:4294967294, you sent:'1', you should send:4294967295"
        ),
        (.yobit, "5", "5", "invalid nonce parameter; on key:5, you sent:5"),
        (.yobit, "5", "2147483647", "invalid nonce parameter; on key:5, you sent:2147483647"),
    ])
    func `a nonce grows, and ends`(dialect: VenueDialect, first: String, second: String, error: String) throws {
        let venue = VenueUnderTest(dialect)
        #expect(try venue.answer("ann", body: "method=getInfo&nonce=\(first)")["success"] == 1)
        #expect(try venue.answer("ann", body: "method=getInfo&nonce=\(second)")["error"] == .string(error))
        // Another key has nonces of its own.
        #expect(try venue.answer("bob", body: "method=getInfo&nonce=1")["success"] == 1)
    }

    @Test func `the nonce of a call that is refused is taken`() throws {
        let venue = VenueUnderTest()
        #expect(try venue.refusal("ann", "Trade", "pair=btc_usd") == "You incorrectly entered one of fields.")
        #expect(try venue.answer("ann", body: "method=getInfo&nonce=1")["error"] != nil)
    }

    @Test func `a body that does not say that it is a form has no fields`() throws {
        let venue = VenueUnderTest()
        let request = venue.request("ann", "method=getInfo&nonce=1", type: nil)
        #expect(
            try ExchangeJSONReader.read(venue.venue.answer(request, at: venue.now).body)["error"]
                == "invalid nonce parameter; on key:0, you sent:'', you should send:1")
    }

    @Test(arguments: ["Trade", "CancelOrder"])
    func `who may only look may not trade`(method: String) throws {
        let venue = VenueUnderTest()
        #expect(try venue.refusal("eve", method, "order_id=1") == "api key dont have trade permission")
        #expect(try venue.call("eve", "getInfo")["rights"]?.text == #"{"info":1,"trade":0,"withdraw":0}"#)
    }

    @Test(arguments: ["getInfo", "ActiveOrders", "OrderInfo", "TradeHistory", "TransHistory"])
    func `who may only trade may not look`(method: String) throws {
        let venue = VenueUnderTest {
            $0.accounts = [VenueAccount(key: "ann", secret: "secret of ann", rights: [.trade])].compactMap(\.self)
        }
        #expect(try venue.refusal("ann", method) == "api key dont have info permission")
    }

    @Test(arguments: ["", "getinfo", "Nothing"])
    func `a method that is not there is refused`(method: String) throws {
        #expect(try VenueUnderTest().refusal("ann", method) == "invalid method")
    }
}
