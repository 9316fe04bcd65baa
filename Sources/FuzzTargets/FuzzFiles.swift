import Exchange
import Glibc
import Trading

/// What holds for files that a recorder has written.
enum FuzzFiles {
    /// Trades that one run takes: a tape may be short and loop for ever.
    private static let tradesMax = 200

    /// Trades of a tape have prices above zero and times that never go back, also where it is played in a loop.
    static func tape(_ bytes: [UInt8]) throws(FuzzFinding) {
        let file = try FileWithoutName(bytes)
        defer { file.close() }
        for pair in [nil, "btc_usd"] as [Pair?] {
            do throws(TapeError) {
                let reader = try TapeReader(path: file.path, pair: pair)
                let exchange = PaperExchange(pairs: reader.pairs())
                let speed = ExactDecimal(units: 1 + Int128(bytes.count))
                for speed in [ExactDecimal.one, speed] {
                    let player = try TapePlayer([reader], speed: speed, loop: true, startingAt: start)
                    try play(player, on: exchange)
                }
            } catch {
                guard error.tape == file.path else { throw FuzzFinding("\(error)") }
            }
        }
    }

    private static let start = Timestamp(seconds: 1_400_000_000)

    private static func play(_ player: TapePlayer, on exchange: PaperExchange) throws(TapeError) {
        var newest = start
        for _ in 0..<tradesMax {
            guard let trade = try player.next(dueBy: Timestamp(nanoseconds: .max)) else { return }
            guard trade.price.isPositive, !trade.quantity.isNegative, trade.at >= newest else {
                throw TapeError(tape: "", message: "\(trade) after \(newest)")
            }
            newest = trade.at
            _ = exchange.play(trade)
        }
        guard TapePosition(bytes: player.position.bytes) == player.position else {
            throw TapeError(tape: "", message: "the position reads otherwise than it was written")
        }
    }
}

/// Bytes that can be opened by a path, and are gone with this.
private struct FileWithoutName {
    private let file: UnsafeMutablePointer<FILE>

    init(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let file = tmpfile() else { throw FuzzFinding("no file can be made: \(errno)") }
        self.file = file
        let count = fwrite(bytes, 1, bytes.count, file)
        guard count == bytes.count, fflush(file) == 0 else {
            throw FuzzFinding("\(count) of \(bytes.count) bytes were written")
        }
    }

    var path: String { "/proc/self/fd/\(fileno(file))" }

    func close() { fclose(file) }
}
