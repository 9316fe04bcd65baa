import Exchange
import Trading

/// What the desk and the client of HTTP leave for the adapter's thread.
enum GatewayMessage: Sendable {
    case recall([SentOrder])
    case setKey(TapiKey?, AccountID, @Sendable (BtceGateway.KeyFailure?) -> Void)
    case submit(OrderRequest)
    case noted(ClientOrderID, AccountID)
    case ask(ExchangeQuery, QueryID)
    case cancelForeign(String, Pair?, AccountID, QueryID)
    case answered(UInt64, HTTPOutcome)
    case shutDown
}
