import BtceExchange
import Exchange
import Trading

/// What holds for the adapter whatever an exchange answers it.
///
/// The first byte chooses the dialect. Each line is an answer: its first letter says to which call, its second how it
/// comes, the rest is the body. The answers to a call are given one after the other as the adapter makes it; what has none
/// left times out, so that an order's fate has to be found out.
enum FuzzBtceGateway {
    static func answers(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let first = bytes.first else { return }
        var script = GatewayScript(first & 1 == 0 ? .btce : .yobit)
        for line in bytes.dropFirst().split(separator: UInt8(ascii: "\n")) {
            guard let call = call(line.first), let manner = line.dropFirst().first else { continue }
            script.willAnswer(call, outcome(manner, Array(line.dropFirst(2))))
        }
        try script.run()
    }

    private static func call(_ letter: UInt8?) -> String? {
        switch letter {
        case UInt8(ascii: "P"): GatewayScript.page
        case UInt8(ascii: "I"): "getInfo"
        case UInt8(ascii: "T"): "Trade"
        case UInt8(ascii: "C"): "CancelOrder"
        case UInt8(ascii: "A"): "ActiveOrders"
        case UInt8(ascii: "O"): "OrderInfo"
        case UInt8(ascii: "H"): "TradeHistory"
        case UInt8(ascii: "M"): "TransHistory"
        default: nil
        }
    }

    private static func outcome(_ manner: UInt8, _ body: [UInt8]) -> HTTPOutcome {
        switch manner {
        case UInt8(ascii: "4"): .success(HTTPResponse(status: 404, body: body))
        case UInt8(ascii: "5"): .success(HTTPResponse(status: 502, body: body))
        case UInt8(ascii: "t"): .failure(HTTPFailure(.timedOut, .mayHaveArrived))
        case UInt8(ascii: "n"): .failure(HTTPFailure(.couldNotConnect, .neverSent))
        default: .success(HTTPResponse(status: 200, body: body))
        }
    }
}
