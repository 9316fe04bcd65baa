import Foundation
import Testing
import Trading

@testable import Exchange

/// What a file plays, `btc_usd 1706832000123 2300.5 0.25 sell | ...` with times in ms, and what is said of it.
func story(
    _ path: String, pair: Pair? = nil, skippingBadRows skipsBadRows: Bool = false
) throws -> (played: String, notes: [String], words: String) {
    let checked = try CheckedTape(checking: path, pair: pair, skippingBadRows: skipsBadRows)
    let reader = TapeReader(checked)
    var trades: [String] = []
    while let trade = try reader.next() {
        trades.append(
            "\(trade.pair) \(trade.at.nanoseconds / 1_000_000) \(trade.price) \(trade.quantity) "
                + "\(trade.takerSide?.rawValue ?? "-")")
    }
    // The check counts what then plays, and a loop plays the same again.
    #expect(UInt64(trades.count) == checked.trades)
    reader.rewind()
    var again = 0
    while try reader.next() != nil { again += 1 }
    #expect(again == trades.count)
    return (trades.joined(separator: " | "), checked.notes, checked.words)
}

/// What becomes of a file with these bytes: what it plays with its notes, a line each, or why it is refused.
func outcome(
    in scratch: Scratch, _ data: Data, pair: Pair? = "btc_usd", skippingBadRows: Bool = false,
    named name: String = "tape.csv"
) throws -> String {
    do {
        let told = try story(try scratch.file(name, data), pair: pair, skippingBadRows: skippingBadRows)
        return ([told.played] + told.notes.map { "note: \($0)" }).joined(separator: "\n")
    } catch let error as TapeError {
        return "refused: " + (error.line.map { "\($0): " } ?? "") + error.message
    }
}

@Suite struct `Tapes of all formats` {
    private let scratch = Scratch()

    private func outcome(_ text: String, pair: Pair? = "btc_usd", named name: String = "tape.csv") throws -> String {
        try ExchangeTests.outcome(in: scratch, Data(text.utf8), pair: pair, named: name)
    }

    private func outcome(_ data: Data, pair: Pair? = "btc_usd", named name: String = "tape.csv") throws -> String {
        try ExchangeTests.outcome(in: scratch, data, pair: pair, named: name)
    }

    // MARK: Times

    @Test(
        arguments: [
            ("1704067200", 1_704_067_200_000_000_000), ("1704067200.5", 1_704_067_200_500_000_000),
            ("1381095255.5514", 1_381_095_255_551_400_000), ("1704067200047", 1_704_067_200_047_000_000),
            ("1704067200047.25", 1_704_067_200_047_250_000), ("1704067200047123", 1_704_067_200_047_123_000),
            ("1704067200047123456", 1_704_067_200_047_123_456), ("100000000", 100_000_000_000_000_000),
            ("100000000000", 100_000_000_000_000_000), ("9223372036", 9_223_372_036_000_000_000),
            ("2024-01-01T00:00:00+0000", 1_704_067_200_000_000_000),
            ("2024-01-01 01:00:00+01", 1_704_067_200_000_000_000),
            ("2024-01-01 00:00:00.25 UTC", 1_704_067_200_250_000_000),
            ("2024-01-01T00:00:00", 1_704_067_200_000_000_000), ("2024/01/01 00:00", 1_704_067_200_000_000_000),
            ("01.01.2024 00:00:00.5 GMT", 1_704_067_200_500_000_000),
            ("20240101 000000", 1_704_067_200_000_000_000), ("20240101 000000047", 1_704_067_200_047_000_000),
            ("2024-01-01", 1_704_067_200_000_000_000), ("2016-12-31T23:59:60.5Z", 1_483_228_799_999_999_999),
            ("2017-01-01T00:59:60+01:00", 1_483_228_799_999_999_999),
        ] as [(String, Int64)])
    func `the unit of a time is told by its size, and texts are read in the forms that exports write`(
        text: String, nanoseconds: Int64
    ) throws {
        let path = try scratch.file("tape.csv", Data("time,price,amount\n\(text),1,1\n".utf8))
        #expect(try TapeReader(path: path, pair: "btc_usd").next()?.at.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        ("1500", "no time: 1500 may be seconds, ms, us or ns; name the column time_s, time_ms, time_us or ts_ns"),
        ("-5", "no time: -5 may be seconds, ms, us or ns; name the column time_s, time_ms, time_us or ts_ns"),
        (
            "20240101",
            "no time: 20240101 may be seconds, ms, us or ns; name the column time_s, time_ms, time_us or ts_ns"
        ),
        (
            "20240101000000",
            "no time: 20240101000000 may be seconds, ms, us or ns; name the column time_s, time_ms, time_us or ts_ns"
        ),
        ("1.704067200047e18", "no time: 1.704067200047e18 has an exponent, and with it has lost digits"),
        ("1.7040672E+12", "no time: 1.7040672E+12 has an exponent, and with it has lost digits"),
        ("99999999999999999999", "no time: 99999999999999999999"), ("01/02/2024 00:00", "no time: 01/02/2024 00:00"),
        ("2024-01-01D00:00:00", "no time: 2024-01-01D00:00:00"), ("2024-01-01 12-AM", "no time: 2024-01-01 12-AM"),
        ("2024-01-01 00:00:00 EST", "no time: 2024-01-01 00:00:00 EST"),
        ("2024-01-01 12:30:60", "no time: 2024-01-01 12:30:60"), ("", "no time: the field is empty"),
        ("\u{1B}[2J", "no time: \\x1B[2J"),
    ])
    func `a time that can be meant in two ways is refused`(text: String, message: String) throws {
        #expect(try outcome("time,price,amount\n\(text),1,1\n") == "refused: 2: \(message)")
    }

    @Test func `a header that says the unit is believed, unless all times speak against it`() throws {
        #expect(try outcome("time_s,price,amount\n5,1,1\n") == "btc_usd 5000 1 1 -")
        #expect(try outcome("Timestamp (ms),price,amount\n5,1,1\n") == "btc_usd 5 1 1 -")
        #expect(try outcome("ts_us,price,amount\n5000,1,1\n") == "btc_usd 5 1 1 -")
        #expect(
            try outcome("ts_ns,price,amount\n1704067200047,1,1\n1704067201123,1,1\n")
                == "refused: the times look like ms (1704067200047), and the header says ns; name the column time")
        #expect(
            try outcome("time_ms,price,amount\n1704067200,1,1\n")
                == "refused: the times look like s (1704067200), and the header says ms; name the column time")
    }

    @Test func `a unit that changes within a file is a bad row`() throws {
        #expect(
            try outcome("time,price,amount\n1704067200,1,1\n1704067201000,1,1\n")
                == "refused: 3: no time: 1704067201000 looks like ms, and those above are s")
    }

    @Test func `times without a zone are UTC, and it is said`() throws {
        #expect(
            try outcome("time,price,amount\n2024-01-01 00:00:00,1,1\n")
                == "btc_usd 1704067200000 1 1 -\nnote: times without a zone are taken as UTC")
        #expect(
            try outcome("time,price,amount\n2024-01-01 00:00:00 UTC,1,1\n")
                == "btc_usd 1704067200000 1 1 -\nnote: zones such as UTC or +0000 are read as offsets from UTC")
        #expect(
            try outcome(
                "time,price,amount\n2016-12-31T23:59:59.5Z,1,1\n2016-12-31T23:59:60Z,2,1\n2017-01-01T00:00:00Z,3,1\n")
                    == """
                    btc_usd 1483228799500 1 1 - | btc_usd 1483228799999 2 1 - | btc_usd 1483228800000 3 1 -
                    note: a leap second plays as the last nanosecond before it
                    """)
    }

    // MARK: Columns

    @Test(arguments: [
        // Public trades of Binance: no header; ms, and us since 2025.
        (
            "7,2300.5,0.25,575.1,1706832000123,True,True\n8,2301,1,2301,1706832001456,False,True\n",
            "btc_usd 1706832000123 2300.5 0.25 sell | btc_usd 1706832001456 2301 1 buy"
        ),
        ("7,2300.5,0.25,575.1,1735689600047123,True,True\n", "btc_usd 1735689600047 2300.5 0.25 sell"),
        ("7,2300.5,0.25,1,2,1706832000123,false,true\n", "btc_usd 1706832000123 2300.5 0.25 buy"),
        ("7,2300.5,0.25,575.1,1706832000123,true\n", "btc_usd 1706832000123 2300.5 0.25 sell"),
        (
            "id,price,qty,quote_qty,time,is_buyer_maker\n7,2300.5,0.25,575.1,1706832000123,true\n",
            "btc_usd 1706832000123 2300.5 0.25 sell"
        ),
        (
            "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n1,2,3,4,5,1706832000123,false\n",
            "btc_usd 1706832000123 2 3 buy"
        ),
        // Kraken and bitcoincharts.
        (
            "1706832000,2300.5,0.25\n1706832001,2301,1\n",
            "btc_usd 1706832000000 2300.5 0.25 - | btc_usd 1706832001000 2301 1 -"
        ),
        ("1706832000.5,2300.5,0.25,b\n", "btc_usd 1706832000500 2300.5 0.25 buy"),
        ("time,price,volume\n1706832000.25,5,7\n", "btc_usd 1706832000250 5 7 -"),
        // Other names.
        (
            ",timestamp,id,type,side,price,amount,cost,date\n0,1706832000123,9,,sell , 5.0, 0.5,0,2024-02-02 00:00:00.123+00:00\n",
            "btc_usd 1706832000123 5 0.5 sell"
        ),
        ("Time,Amount,Price,Type,Limit\n2024-02-02T00:00:00Z,0.1,122,s,l\n", "btc_usd 1706832000000 122 0.1 sell"),
        ("time,price,amount,type\n2024-02-02T00:00:00Z,122,0.1,limit\n", "btc_usd 1706832000000 122 0.1 -"),
        ("executed_at;px;qty;direction\n2024-02-02T00:00:00Z;122;0.1;ASK\n", "btc_usd 1706832000000 122 0.1 sell"),
        ("TIME\tPRICE\tAMOUNT\n2024-02-02T00:00:00Z\t122\t0.1\n", "btc_usd 1706832000000 122 0.1 -"),
        ("time|price|amount\n2024-02-02T00:00:00Z|122|0.1\n", "btc_usd 1706832000000 122 0.1 -"),
        (
            "Date,Time,Price,Amount\n2024-02-02,00:00:01,5,7\n",
            "btc_usd 1706832001000 5 7 -\nnote: times without a zone are taken as UTC"
        ),
        ("date,time,price,amount\n2024-02-02,1706832000,5,7\n", "btc_usd 1706832000000 5 7 -"),
        // Quotes, comments, what spreadsheets and sites put above.
        (
            "\"time\",\"price\",\"amount\"\n\"2024-02-02T00:00:00Z\",\"122\",\"0.1\"\n",
            "btc_usd 1706832000000 122 0.1 -"
        ),
        (
            "time,price,amount,note\n2024-02-02T00:00:00Z,122,0.1,\"a \"\"b\"\", c\"\n",
            "btc_usd 1706832000000 122 0.1 -"
        ),
        (
            "\n \n# by me\nsep=;\nhttps://prices.example\ntime;price;amount\n2024-02-02T00:00:00Z;122;0.1\n",
            "btc_usd 1706832000000 122 0.1 -"
        ),
        ("#price,amount,time\n122,0.1,1706832000\n", "btc_usd 1706832000000 122 0.1 -"),
        ("\u{FEFF}time,price,amount\r\n2024-02-02T00:00:00Z,122,0.1\r\n\r\n", "btc_usd 1706832000000 122 0.1 -"),
        ("\u{FEFF}1706832000,122,0.1", "btc_usd 1706832000000 122 0.1 -"),
        // The sign is the side.
        (
            "time,price,amount\n1706832000,5,-0.5\n1706832001,5,0.5\n1706832002,5,0\n",
            "btc_usd 1706832000000 5 0.5 sell | btc_usd 1706832001000 5 0.5 buy | btc_usd 1706832002000 5 0 -\n"
                + "note: the sign of an amount is the side of the taker"
        ),
    ])
    func `a file of trades plays, whoever wrote it`(text: String, expected: String) throws {
        #expect(try outcome(text) == expected)
    }

    @Test(
        arguments: [
            ("BTC/USD", "btc_usd"), ("BTC-USD", "btc_usd"), ("btc:eur", "btc_eur"), ("BTCUSDT", "btc_usdt"),
            ("ETHBTC", "eth_btc"), ("EURUSD", "eur_usd"), ("tBTCUSD", "btc_usd"), ("XXBTZUSD", "btc_usd"),
            ("XBT/EUR", "btc_eur"), ("BTCFDUSD", "btc_fdusd"), ("USDTUSD", "usdt_usd"), ("USDCUSDT", "usdc_usdt"),
            ("btc_usd", "btc_usd"), ("XRPUSD", "xrp_usd"), ("BTC-PERP", nil), ("BTC-USD-SWAP", nil), ("USD", nil),
            ("", nil),
            ("bitcoin", nil), ("BTC/BTC", nil), ("B\u{1B}USD", nil),
        ] as [(String, String?)])
    func `a pair is read as exchanges write it`(name: String, pair: String?) throws {
        #expect(TapePairName.pair(name)?.description == pair)
    }

    @Test func `a pair comes from the column, from who names the file, or from a file's name of Binance's`() throws {
        let text = "1706832000,5,7\n"
        #expect(
            try outcome(text, pair: nil, named: "BTCUSDT-trades-2024-02-02.csv")
                == "btc_usdt 1706832000000 5 7 -\nnote: the pair btc_usdt is taken from the name of the file")
        #expect(
            try outcome(text, pair: nil, named: "BTCUSDT.csv")
                == "refused: 1: the rows have no pair, and none is given: say PAIR=FILE")
        #expect(
            try outcome("time,symbol,price,amount\n1706832000,BTCUSDT,5,7\n", pair: "btc_usd")
                == "btc_usd 1706832000000 5 7 -\nnote: BTCUSDT is taken for btc_usd")
        #expect(
            try outcome("time,symbol,price,amount\n1706832000,BTCUSDT,5,7\n1706832001,ETHUSDT,1,7\n", pair: "btc_usdt")
                == "refused: has rows of several pairs, btc_usdt, eth_usdt; without btc_usdt= each plays under its own")
    }

    @Test(arguments: [
        (
            "timestamp,symbol,side,size,price,homeNotional,foreignNotional\n",
            "1: sizes of BitMEX are contracts, not an amount of a "
                + "coin; delete the column size, and call homeNotional amount"
        ),
        (
            "Gmt time,Ask,Bid,AskVolume,BidVolume\n",
            "1: these are quotes and no trades: no column for price, nor for amount (amount, "
                + "size, qty, quantity, volume); the header is: Gmt time,Ask,Bid,AskVolume,BidVolume"
        ),
        ("price,amount\n", "1: no column for time (time, timestamp, date, ts_ns); the header is: price,amount"),
        ("time,price,price,amount\n", "1: two columns are called price; the header is: time,price,price,amount"),
        (
            "a,b,c\n1,2,3\n",
            "1: no header that names time, price and amount, and no row of a source that is known: a,b,c"
        ),
        (
            "hello\n",
            "1: one field only: hello; expected a time, a price and an amount with commas, semicolons or tabs between them"
        ),
        ("time,price,amount\n", "no rows"), ("\n\n", "no rows"), ("# nothing\n", "no rows"),
        (
            "time,price,amount\r1706832000,5,7\r",
            "no rows: its lines end in CR alone, as on old Macs; write them anew with tr '\\r' '\\n'"
        ),
        ("[{\"price\":1}]", "is JSON: write it as CSV first"),
        ("<!DOCTYPE html>", "is HTML or XML: a tape is a CSV file"),
    ])
    func `a file that is no tape is refused in words`(text: String, message: String) throws {
        #expect(try outcome(text) == "refused: \(message)")
    }

    @Test(
        arguments: [
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "is packed with xz: unpack it first, with xz -d"),
            (Array("BZh91AY".utf8), "is packed with bzip2: unpack it first, with bzip2 -d"),
            ([0x28, 0xB5, 0x2F, 0xFD, 1], "is packed with zstd: unpack it first, with zstd -d"),
            (Array("PAR1".utf8), "is a Parquet file: write it as CSV first"),
            (
                [0xFF, 0xFE] + Array("t\0i\0".utf8),
                "is UTF-16 text: save it as UTF-8 first, with iconv -f UTF-16 -t UTF-8"
            ),
            (Array("t\0i\0m\0".utf8), "is no UTF-8 text; if it is UTF-16: iconv -f UTF-16LE -t UTF-8"),
            (Array("PK\u{5}\u{6}".utf8), "is a zip that is cut short: it has no directory"),
            ([0x1F, 0x8B, 8, 0], "is cut short: its compressed part has no end"),
        ] as [([UInt8], String)])
    func `a file that is no text is refused in words`(bytes: [UInt8], message: String) throws {
        #expect(try outcome(Data(bytes)) == "refused: \(message)")
    }

    // MARK: Zip

    private static let packed =
        "UEsDBBQAAAAIAFoVfl24E2Y0RgAAAF4AAAAdAAAARVRIVVNEVC10cmFkZXMtMjAyNC0wMi0wMi5jc3Yz1zEyNjDQM9Ux0DMy1TE1N9UzBNKG5gZmFsZG"
        + "BgYGhkbGOiFFpalggssCotocpByoytDUQM/YHEm5oYmpmY5bYk4xVD0AUEsBAhQDFAAAAAgAWhV+XbgTZjRGAAAAXgAAAB0AAAAAAAAAAAAAAIABAAAA"
        + "AEVUSFVTRFQtdHJhZGVzLTIwMjQtMDItMDIuY3N2UEsFBgAAAAABAAEASwAAAIEAAAAAAA=="
    private static let two =
        "UEsDBBQAAAAAAFoVfl1hHa39EgAAABIAAAAFAAAAYS5jc3Z0aW1lLHByaWNlLGFtb3VudApQSwMEFAAAAAAAWhV+XWEdrf0SAAAAEgAAAAUAAABiLmNz"
        + "dnRpbWUscHJpY2UsYW1vdW50ClBLAQIUAxQAAAAAAFoVfl1hHa39EgAAABIAAAAFAAAAAAAAAAAAAACAAQAAAABhLmNzdlBLAQIUAxQAAAAAAFoVfl1h"
        + "Ha39EgAAABIAAAAFAAAAAAAAAAAAAACAATUAAABiLmNzdlBLBQYAAAAAAgACAGYAAABqAAAAAAA="
    private static let withReadme =
        "UEsDBBQAAAAAAFoVfl2gkYgZCgAAAAoAAAAJAAAAUkVBRE1FLm1kc2VlIGJlbG93ClBLAwQUAAAAAABaFX5dJzrOLS4AAAAuAAAACgAAAGRhdGEvYS5j"
        + "c3Z0aW1lLHBhaXIscHJpY2UsYW1vdW50CjE3MDY4MzIwMDAsYnRjX3VzZCw3LDEKUEsBAhQDFAAAAAAAWhV+XaCRiBkKAAAACgAAAAkAAAAAAAAAAAAA"
        + "AIABAAAAAFJFQURNRS5tZFBLAQIUAxQAAAAAAFoVfl0nOs4tLgAAAC4AAAAKAAAAAAAAAAAAAACAATEAAABkYXRhL2EuY3N2UEsFBgAAAAACAAIAbwAA"
        + "AIcAAAAAAA=="

    @Test func `a zip with one CSV plays, and one with more names them`() throws {
        let packed = try #require(Data(base64Encoded: Self.packed))
        #expect(
            try outcome(packed, pair: nil, named: "ETHUSDT-trades-2024-02-02.zip") == """
                eth_usdt 1706832000123 2300.5 0.25 sell | eth_usdt 1706832001456 2300.75 0.5 buy
                note: the pair eth_usdt is taken from the name of the file
                """)
        #expect(
            try outcome(try #require(Data(base64Encoded: Self.withReadme)), pair: nil) == "btc_usd 1706832000000 7 1 -")
        #expect(
            try outcome(try #require(Data(base64Encoded: Self.two)))
                == "refused: is a zip with 2 files (a.csv, b.csv); one CSV plays: unpack it and name each file")
    }

    @Test func `no damage to a zip plays other trades than it had`() throws {
        let packed = try #require(Data(base64Encoded: Self.packed))
        let whole = try outcome(packed)
        for index in packed.indices {
            var damaged = packed
            damaged[index] ^= 0x21
            let told = try outcome(damaged)
            #expect(told == whole || told.hasPrefix("refused: "), "byte \(index): \(told)")
            let cut = try outcome(packed.prefix(index))
            #expect(cut.hasPrefix("refused: "), "\(index) bytes: \(cut)")
        }
    }

    // MARK: Candles

    @Test func `candles play as four prints each, the nearer extreme first, a quarter of the volume each`() throws {
        #expect(
            try outcome("time,open,high,low,close,volume\n1706832000,10,13,9,12,1\n1706832060,12,12.5,8,9,0.00000007\n")
                == """
                btc_usd 1706832000000 10 0.25 - | btc_usd 1706832015000 9 0.25 - | btc_usd 1706832030000 13 0.25 - \
                | btc_usd 1706832045000 12 0.25 - | btc_usd 1706832060000 12 0.00000001 - | btc_usd 1706832075000 12.5 0.00000001 - \
                | btc_usd 1706832090000 8 0.00000001 - | btc_usd 1706832105000 9 0.00000004 -
                note: candles play as four prints each: open, the extreme that is nearer to it, the other, close; each a quarter of the \
                volume
                """)
    }

    private static let four =
        "btc_usd 1706832000000 10 1 - | btc_usd 1706832015000 9 1 - | btc_usd 1706832030000 13 1 - | btc_usd 1706832045000 12 1 -"

    @Test(arguments: [
        "1706832000,10,13,9,12,4\n", "20240202 000000;10;13;9;12;0\n", "2024.02.02,00:00,10,13,9,12,4\n",
        "1706832000000,10,13,9,12,4,1706832059999,1,1,1,1,0\n",
        "Timestamp,Open,High,Low,Close\n1706832000,10,13,9,12\n",
        "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency)\n1706832000,10,13,9,12,4,400\n",
        "unix,date,symbol,open,high,low,close,Volume USD,Volume BTC\n1706832000,2024-02-02 00:00:00,BTC/USD,10,13,9,12,400,4\n",
        "Timestamp,Open,High,Low,Close,Volume\n1706832000,10,13,9,12,4\n1706832060,NaN,NaN,NaN,NaN,NaN\n",
        "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n20240202,00:00:00,10,13,9,12,4\n",
    ])
    func `candles are known in the forms of many sources`(text: String) throws {
        let told = try outcome(text)
        #expect(told.split(separator: "\n").first.map(String.init) == Self.four, "\(told)")
        #expect(told.contains("note: candles play as four prints each"))
        #expect(told.contains("1 row without prices left out") == text.contains("NaN"))
    }

    @Test func `a candle that cannot be is a bad row, and one without trades prints nothing`() throws {
        #expect(
            try outcome("time,open,high,low,close,volume\n1706832000,10,9,9,12,1\n")
                == "refused: 2: no candle: high 9 and low 9 do not enclose open 10 and close 12")
        let told = try outcome("time,open,high,low,close,volume\n1706832000,10,13,9,12,4\n1706832060,12,12,12,12,0\n")
        #expect(told.hasPrefix(Self.four + "\n") && told.hasSuffix("note: 1 candle without volume left out"), "\(told)")
    }

    @Test(arguments: [false, true]) func `the candles of two pairs play side by side`(isReversed: Bool) throws {
        let rows = [
            "1706832000,A/USD,2,2,2,2,4", "1706832000,B/USD,3,3,3,3,4", "1706832060,A/USD,2,2,2,2,4",
            "1706832060,B/USD,3,3,3,3,4",
        ]
        let text = ["time,pair,open,high,low,close,volume"] + (isReversed ? rows.reversed() : rows)
        let told = try outcome(text.joined(separator: "\n"), pair: nil)
        let times = told.split(separator: "\n")[0].split(separator: " | ").map { $0.split(separator: " ")[1] }
        #expect(times.count == 16 && times == times.sorted(), "\(told)")
    }

    // MARK: Order

    @Test func `rows a little out of order are sorted, those of the same time stay as they stand`() throws {
        #expect(
            try outcome(
                "ts_ns,price,amount\n0,1,1\n9000000000,2,1\n100000000,3,1\n9000000000,4,1\n100000000,5,1\n20000000000,6,1\n"
            )
                == """
                btc_usd 0 1 1 - | btc_usd 100 3 1 - | btc_usd 100 5 1 - | btc_usd 9000 2 1 - | btc_usd 9000 4 1 - | btc_usd 20000 6 1 -
                note: rows are up to 8900 ms out of order, and are sorted
                """)
    }

    @Test func `a file that is newest first plays from its end`() throws {
        #expect(
            try outcome("ts_ns,price,amount\n60000000000,1,1\n30000000000,2,1\n30000000000,3,1\n0,4,1\n") == """
                btc_usd 0 4 1 - | btc_usd 30000 3 1 - | btc_usd 30000 2 1 - | btc_usd 60000 1 1 -
                note: the rows are newest first, and play from the last to the first
                """)
    }
}
