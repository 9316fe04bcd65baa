import Foundation
import Testing
import Trading

@testable import Exchange

/// The files of `../shared/tapes/formats`, each with what its README says of it.
@Suite struct `Tapes that people have` {
    /// What is expected of a file: it plays so many trades and says so many notes, or is refused with these words.
    enum Expected: Sendable {
        case plays(UInt64, notes: [String] = [])
        case refused(line: Int? = nil, String)
    }

    static let isThere = Shared.path("tapes/formats") != nil

    static let files: [(String, Expected)] = [
        ("BTCUSDT-trades-2024-01-01.zip", .plays(3)), ("binance_spot_trades_ms.csv", .plays(3)),
        ("binance_spot_trades_us.csv", .plays(2)), ("binance_aggtrades.csv", .plays(2)),
        ("binance_futures_trades.csv", .plays(3)), ("binance_klines.csv", .plays(8, notes: ["candles"])),
        ("cryptodatadownload.csv", .plays(8, notes: ["candles", "newest first"])),
        ("kaggle_btc_1min.csv", .plays(4, notes: ["candles", "1 row without prices left out"])),
        ("mt4_histdata.csv", .plays(8, notes: ["without a zone", "candles"])),
        ("kraken_trades_noheader.csv", .plays(3)), ("bitcoincharts.csv", .plays(3)),
        ("kraken_trades_header.csv", .plays(3)), ("kraken_trades_frac_header.csv", .plays(2)),
        ("time_s_header.csv", .plays(3)), ("time_ms_header.csv", .plays(3)),
        ("ts_ns_sci.csv", .refused(line: 2, "exponent")), ("bitmex_trades.csv", .refused(line: 1, "contracts")),
        ("freqtrade_public_trades.csv", .plays(2)), ("coinbase_pro_fills.csv", .plays(1)),
        ("binance_export_trades.csv", .plays(1, notes: ["without a zone"])),
        ("dukascopy_ticks.csv", .refused(line: 1, "no column for price, nor for amount")),
        ("quoted.csv", .plays(1)), ("quoted_values_only.csv", .plays(1)), ("tab.tsv", .plays(3)),
        ("semicolon_time_price_amount.csv", .plays(1)), ("blank_first_line.csv", .plays(3)),
        ("comment_hash.csv", .plays(3)), ("iso_naive_time.csv", .plays(2, notes: ["without a zone"])),
        ("iso_space_naive.csv", .plays(2, notes: ["without a zone"])),
        ("utc_suffix.csv", .plays(2, notes: ["zones such as"])),
        ("pandas_offset_nocolon.csv", .plays(1, notes: ["zones such as"])),
        ("leap_second.csv", .plays(4, notes: ["leap second"])), ("pair_forms.csv", .plays(1)),
        ("pair_forms2.csv", .plays(1)),
        ("side_letters.csv", .plays(1)), ("side_bid_ask.csv", .plays(1)),
        ("negative_amount_bitfinex.csv", .plays(2, notes: ["sign of an amount"])),
        ("out_of_order.csv", .plays(4, notes: ["100 ms out of order"])),
        ("comment_mid.csv", .refused(line: 5, "# end of day")),
        ("trailing_garbage.csv", .refused(line: 7, "Total rows")),
        ("trailing_nul.csv", .refused(line: 5, "zero bytes")), ("ctrl_z.csv", .refused(line: 5, "\\x1A")),
        ("nan.csv", .refused(line: 5, "NaN")), ("empty_price.csv", .refused(line: 5, "empty")),
        ("missing_field.csv", .refused(line: 5, "3 fields")), ("zero_price.csv", .refused(line: 5, "above zero")),
        ("truncated.csv.gz", .refused(line: 4_932, "cut short")), ("cr_only.csv", .refused("no rows")),
        ("header_only.csv", .refused("no rows")), ("empty.csv", .refused("no rows")),
        ("only_newlines.csv", .refused("no rows")),
        ("utf16.csv", .refused("UTF-16")), ("thousands.csv", .refused(line: 2, "has a comma")),
        ("many_decimals.csv", .refused(line: 2, "more than 18 decimals")), ("json_trades.json", .refused("JSON")),
        ("ok_inside.zip", .plays(3)), ("ok.csv.xz", .refused("xz -d")), ("ok.csv.bz2", .refused("bzip2 -d")),
        ("plays/bom_utf8.csv", .plays(3)), ("plays/concat.csv.gz", .plays(4)), ("plays/crlf.csv", .plays(3)),
        ("plays/float_noise.csv", .plays(2)), ("plays/fox34_kraken_ticks.csv", .plays(2)),
        ("plays/gzip_noext", .plays(3)),
        ("plays/latin1_header.csv", .plays(1)), ("plays/no_final_newline.csv", .plays(3)),
        ("plays/pair_upper.csv", .plays(2)),
        ("plays/pandas_index.csv", .plays(2)), ("plays/plus_exp.csv", .plays(3)), ("plays/spaces.csv", .plays(3)),
        ("plays/y2038.csv", .plays(2)), ("plays/year1970.csv", .plays(2)), ("plays/zero_amount.csv", .plays(5)),
    ]

    @Test(.enabled(if: isThere, "the tapes of ../shared are not here: skipped"), arguments: files)
    func `each does what its page says`(file: String, expected: Expected) throws {
        let path = try #require(Shared.path("tapes/formats/\(file)"))
        // Where neither the rows nor the name say the pair, whoever names the file does.
        var pair: Pair?
        do {
            _ = try CheckedTape(checking: path)
        } catch let error where error.message.hasSuffix("say PAIR=FILE") {
            pair = "btc_usd"
        } catch {}
        switch expected {
        case .plays(let trades, let notes):
            let checked = try CheckedTape(checking: path, pair: pair)
            #expect(checked.trades == trades)
            let said = checked.notes.filter { !$0.contains(" is taken for ") && !$0.contains("name of the file") }
            #expect(said.count == notes.count && zip(said, notes).allSatisfy { $0.contains($1) }, "\(said)")
            let told = try story(path, pair: pair)
            #expect(told.words.contains("time "))
        case .refused(let line, let words):
            #expect {
                try CheckedTape(checking: path, pair: pair)
            } throws: { error in
                guard let error = error as? TapeError else { return false }
                let isShown = error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                return error.line == line && error.message.contains(words) && isShown
            }
        }
    }

    @Test(.enabled(if: isThere, "the tapes of ../shared are not here: skipped"))
    func `no file of the folder is left out`() throws {
        let root = try #require(Shared.path("tapes/formats"))
        let all = try FileManager.default.subpathsOfDirectory(atPath: root).filter {
            $0 != "README.md" && $0 != "plays"
        }
        #expect(all.sorted() == Self.files.map(\.0).sorted())
    }
}
