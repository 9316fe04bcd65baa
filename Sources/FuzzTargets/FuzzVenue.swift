import Trading
import Venue

/// What holds for the venue, whatever it is asked.
///
/// A script of requests, a line each; the first byte of all chooses the dialect. A line's first letter says what it is:
/// `G` and a target is a page that is asked for, `A`, `B` or `E` and a body a call that Ann, Bob or Eve has signed, `H`
/// and headers with a body behind them, apart by `|`, a call as a stranger makes it, `C` with a path and a body a call to
/// the control port, `+` and a number so many seconds that pass. Any other line is a page.
enum FuzzVenue {
    /// Requests of one run.
    private static let linesMax = 64

    static func requests(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let first = bytes.first else { return }
        var script = VenueScript(first & 1 == 0 ? .btce : .yobit)
        for line in bytes.dropFirst().split(separator: UInt8(ascii: "\n")).prefix(linesMax) {
            let rest = Array(line.dropFirst())
            switch line.first {
            case UInt8(ascii: "A"): try script.call("ann", rest)
            case UInt8(ascii: "B"): try script.call("bob", rest)
            case UInt8(ascii: "E"): try script.call("eve", rest)
            case UInt8(ascii: "H"): try script.strangerCalls(rest)
            case UInt8(ascii: "C"): try script.control(rest)
            case UInt8(ascii: "+"): script.pass(rest)
            default: try script.page(rest)
            }
        }
        try script.end()
    }
}
