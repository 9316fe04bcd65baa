import Trading

@testable import BtceExchange

/// Answers as exchanges of this family give them, written here by hand.
enum RecordedAnswers {
    static let accountInfo = """
        {"success":1,"return":{"funds":{"usd":325.00000001,"btc":23.998,"nvc":0,"a coin":3},\
        "rights":{"info":1,"trade":0,"withdraw":0},"transaction_count":80,"open_orders":1,"server_time":1342123547}}
        """
    static let yobitInfo = """
        {"success":1,"return":{"rights":{"info":1,"trade":1,"deposit":1,"withdraw":0},"funds":{"ltc":22,"nvc":"423.998"},\
        "funds_incl_orders":{"ltc":32,"nvc":523.998},"transaction_count":0,"open_orders":0,"server_time":1418654530}}
        """
    static let trade = """
        {"success":1,"return":{"received":0.1,"remains":0.9,"order_id":343148,"funds":{"usd":325,"btc":2.498,"ltc":0}}}
        """
    static let filledAtOnce = """
        {"success":1,"return":{"received":0.998,"remains":0,"order_id":0,"init_order_id":7,"funds":{"usd":1e-8}}}
        """
    static let yobitTrade = """
        {"success":1,"return":{"received":0.1,"remains":0,"order_id":100025362000000,"server_time":1,"funds":[]}}
        """
    static let activeOrders = """
        {"success":1,"return":{"343153":{"pair":"btc_usd","type":"buy","amount":2,"rate":3.5e2,"timestamp_created":1342448421,"status":0},\
        "343152":{"pair":"btc_usd","type":"sell","amount":12.345,"rate":485.1,"timestamp_created":1342448420,"status":0}}}
        """
    static let orderInfo = """
        {"success":1,"return":{"343152":{"pair":"btc_usd","type":"sell","start_amount":13.345,"amount":12.345,\
        "rate":485,"timestamp_created":1342448420,"status":3}}}
        """
    static let cancel = #"{"success":1,"return":{"order_id":343154,"funds":{"usd":325,"btc":24.998}}}"#
    static let tradeHistory = """
        {"success":1,"return":{"166831":{"pair":"btc_usd","type":"buy","amount":2,"rate":449,"order_id":9,"is_your_order":0,"timestamp":1342448421},\
        "166830":{"pair":"btc_usd","type":"sell","amount":1,"rate":450,"order_id":343148,"is_your_order":1,"timestamp":1342448420}}}
        """
    static let transactionHistory = """
        {"success":1,"return":{"1081672":{"type":1,"amount":1.00000000,"currency":"BTC","desc":"BTC Payment","status":2,"timestamp":1342448420},\
        "1081671":{"type":5,"amount":0.5,"currency":"USD","desc":"","status":0,"timestamp":1342448419}}}
        """
    static let info = """
        {"server_time":1370814956,"pairs":{"ltc_usd":{"decimal_places":6,"min_price":0.0001,"max_price":100,"min_amount":0.1,"hidden":1,"fee":0.25},\
        "btc_usd":{"decimal_places":3,"min_price":0.1,"max_price":400,"min_amount":0.01,"hidden":0,"fee":0.2}}}
        """
    static let tickers = """
        {"ltc_usd":{"high":5,"low":4,"avg":4.5,"vol":1,"vol_cur":2,"last":0,"buy":0,"sell":4.1,"updated":1370816309},\
        "btc_usd":{"high":109.88,"low":91.14,"avg":100.51000000000000000001,"vol":1632898.2249,"vol_cur":16541.51969,\
        "last":101.773,"buy":101.9,"sell":101.773,"updated":1370816308}}
        """
    static let depths = """
        {"btc_usd":{"asks":[[103.426,0.01],[103.5,15]],"bids":[[103.2,2.48502251],[103.082,0.46540304]]},"ltc_usd":{"asks":[]}}
        """
    static let prints = """
        {"btc_usd":[{"type":"ask","price":103.6,"amount":0.101,"tid":4861261,"timestamp":1370818007},\
        {"type":"bid","price":103.989,"amount":1.51414,"tid":4861254,"timestamp":1370817960}]}
        """
    static let fees = #"{"btc_usd":0.2,"ltc_usd":0.5}"#
    static let oldTicker = """
        {"ticker":{"high":9,"low":8,"avg":8.5,"vol":1,"vol_cur":2,"last":8.6,"buy":8.7,"sell":8.5,"server_time":1370816308}}
        """
    static let oldPrints = """
        [{"date":1370818007,"price":103.6,"amount":0.101,"tid":4861261,"price_currency":"USD","item":"BTC","trade_type":"bid"}]
        """

    /// Every answer with a reader that takes it.
    static let all: [(answer: String, read: @Sendable (HTTPResponse) throws(AnswerFailure) -> any Sendable)] = [
        (accountInfo, { (r) throws(AnswerFailure) in try TapiReader(.btce).accountInfo(r) }),
        (yobitInfo, { (r) throws(AnswerFailure) in try TapiReader(.yobit).accountInfo(r) }),
        (trade, { (r) throws(AnswerFailure) in try TapiReader(.btce).trade(r) }),
        (filledAtOnce, { (r) throws(AnswerFailure) in try TapiReader(.btce).trade(r) }),
        (yobitTrade, { (r) throws(AnswerFailure) in try TapiReader(.yobit).trade(r) }),
        (activeOrders, { (r) throws(AnswerFailure) in try TapiReader(.btce).activeOrders(r) }),
        (orderInfo, { (r) throws(AnswerFailure) in try TapiReader(.btce).orderInfo(r, expected: 343_152) }),
        (cancel, { (r) throws(AnswerFailure) in try TapiReader(.btce).cancel(r) }),
        (tradeHistory, { (r) throws(AnswerFailure) in try TapiReader(.btce).tradeHistory(r) }),
        (transactionHistory, { (r) throws(AnswerFailure) in try TapiReader(.btce).transactionPage(r) }),
        (info, { (r) throws(AnswerFailure) in try PublicReader(.btce).info(r) }),
        (tickers, { (r) throws(AnswerFailure) in try PublicReader(.btce).tickers(r) }),
        (depths, { (r) throws(AnswerFailure) in try PublicReader(.btce).depths(r) }),
        (prints, { (r) throws(AnswerFailure) in try PublicReader(.btce).prints(r) }),
        (fees, { (r) throws(AnswerFailure) in try PublicReader(.btce).fees(r) }),
        (oldTicker, { (r) throws(AnswerFailure) in try PublicReader(.btce).fallbackTicker(r) }),
        (oldPrints, { (r) throws(AnswerFailure) in try PublicReader(.btce).fallbackPrints(r, of: "btc_usd") }),
        (depths, { (r) throws(AnswerFailure) in try PublicReader(.btce).fallbackDepth(r) }),
        (#"{"trade":0.2}"#, { (r) throws(AnswerFailure) in try PublicReader(.btce).fallbackFee(r) }),
    ]
}

extension HTTPResponse {
    init(_ body: String, status: Int = 200) { self.init(status: status, body: Array(body.utf8)) }
}

extension ExactDecimal {
    /// A number written in a test.
    static func of(_ text: String) -> ExactDecimal { ExactDecimal(text)! }
}
