import Testing
import Trading

@testable import BtceExchange

@Suite struct `Refusals of the exchange` {
    @Test(
        arguments: [
            (
                "invalid nonce parameter; on key:140615109, you sent:140608569",
                .invalidNonce(onKey: 140_615_109, sent: 140_608_569, next: nil), .exchangeUnavailable, false
            ),
            (
                "invalid nonce parameter; on key:555000110, you sent:'381737610', you should send:555000111",
                .invalidNonce(onKey: 555_000_110, sent: 381_737_610, next: 555_000_111), .exchangeUnavailable, false
            ),
            (
                "invalid nonce (has already been used)", .invalidNonce(onKey: nil, sent: nil, next: nil),
                .exchangeUnavailable, false
            ),
            ("It is not enough BTC in the account for sale", .insufficientFunds("btc"), .insufficientFunds, true),
            ("It is not enough USD for purchase", .insufficientFunds("usd"), .insufficientFunds, true),
            ("You incorrectly entered one of fields.", .badField, .exchangeRejected, true),
            ("Value BTC must be greater than 0.01 BTC.", .amountTooSmall, .belowMinimum, true),
            ("Price per BTC must be greater than 0.1 USD.", .priceOutOfRange, .outOfRange, true),
            ("Price per BTC must be less than 400 USD.", .priceOutOfRange, .outOfRange, true),
            ("Invalid pair name: x", .invalidPair, .unknownPair, true),
            ("Duplicated pair name: btc_usd", .duplicatePair, .unknownPair, true),
            ("Empty pair list", .invalidPair, .unknownPair, true),
            ("api key dont have trade permission", .noPermission, .notAllowed, true),
            ("invalid api key", .invalidKey, .notAllowed, true), ("invalid sign", .invalidSignature, .notAllowed, true),
            ("Invalid method", .invalidMethod, .exchangeRejected, true),
            ("invalid order", .invalidOrder, .unknownOrder, true), ("bad status", .badStatus, .orderFinished, true),
            // YoBit's own words.
            ("The given order has already been closed and cannot be cancelled.", .badStatus, .orderFinished, true),
            ("The given order has already been cancelled.", .badStatus, .orderFinished, true),
            ("Total order amount is less than minimal amount", .amountTooSmall, .belowMinimum, true),
            (
                "Insufficient funds in wallet of the second currency of the pair", .insufficientFunds(nil),
                .insufficientFunds, true
            ),
            ("no orders", .nothingThere, .exchangeRejected, false), ("Requests too often", .tooOften, .tooFast, false),
            ("not available", .unavailable, .exchangeUnavailable, false),
            ("data unavailable", .unavailable, .exchangeUnavailable, false),
            ("external service unavailable", .unavailable, .exchangeUnavailable, false),
            ("The Moon is in the wrong house", .unknown, .exchangeRejected, false),
            ("", .unknown, .exchangeRejected, false),
        ] as [(String, ExchangeRefusal, RefusalCode, Bool)])
    func `each text has a meaning, a code of the desk's, and says whether nothing was done`(
        text: String, refusal: ExchangeRefusal, code: RefusalCode, provesNothingWasDone: Bool
    ) {
        #expect(ExchangeRefusal(text: text) == refusal)
        #expect(ExchangeRefusal(text: text.uppercased()) == refusal)
        #expect(refusal.code == code)
        #expect(refusal.provesNothingWasDone == provesNothingWasDone)
    }

    @Test func `what was never sent has done nothing, what may have arrived may have done it`() {
        for cause in HTTPFailure.Cause.allCases {
            #expect(AnswerFailure.transport(HTTPFailure(cause, .neverSent)).provesNothingWasDone)
            #expect(!AnswerFailure.transport(HTTPFailure(cause, .mayHaveArrived)).provesNothingWasDone)
        }
    }

    @Test func `what a stranger says is shown in one line`() {
        let text = #"{"success":0,"error":"a\nb\u001b[31m\#(String(repeating: "x", count: 999))"}"#
        do throws(AnswerFailure) {
            _ = try TapiReader(.btce).trade(HTTPResponse(text))
        } catch {
            #expect(error.reason.hasPrefix("a b [31mxxx") && error.reason.count == 200)
        }
    }
}
