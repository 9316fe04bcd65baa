import ExactJSON
import Trading

/// What an account asks: who it is, whether it may, and which method it means.
extension TapiVenue {
    /// A private call that was let in.
    struct TapiCall {
        let account: AccountID
        let rights: Set<KeyRight>
        let fields: FormFields
        let at: Timestamp
    }

    /// The answer to a request to `/tapi`.
    func tapiAnswer(_ request: VenueHTTPRequest, at now: Timestamp) -> VenueHTTPResponse {
        do {
            let call = try letIn(request, at: now)
            cancelSomethingElsewhere(of: call.account, at: now)
            return VenueHTTPResponse(
                body: ExchangeJSON.members([("success", 1), ("return", try result(of: call))]).bytes)
        } catch {
            return refusal(error)
        }
    }

    func refusal(_ error: TapiError) -> VenueHTTPResponse {
        VenueHTTPResponse(
            body: ExchangeJSON.members([("success", 0), ("error", .string(error.text(dialect)))]).bytes)
    }

    /// Key, signature over the body as it came, nonce: in this order, and the nonce is taken whatever the call comes to.
    private func letIn(_ request: VenueHTTPRequest, at now: Timestamp) throws(TapiError) -> TapiCall {
        guard let key = request.header("Key"), let known = access[key], let account = accountNumbers[key] else {
            throw .invalidKey
        }
        guard request.header("Sign") == RequestSignature.of(request.body, secret: known.secret) else {
            throw .invalidSign
        }
        // A body that does not say that it is a form has no fields, as for PHP.
        let isForm =
            request.header("Content-Type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false
        let fields = FormFields(isForm ? request.body : [])
        try take(nonce: fields["nonce"] ?? "", of: account, at: now)
        return TapiCall(account: account, rights: rights(of: account), fields: fields, at: now)
    }

    private func take(nonce text: String, of account: AccountID, at now: Timestamp) throws(TapiError) {
        let last = accounts[Int(account.rawValue) - 1].nonce
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let nonce = UInt64(text), nonce > last,
            nonce <= dialect.nonceMax
        else { throw .invalidNonce(onKey: last, sent: text) }
        commit(.nonce(account, nonce), at: now)
    }

    private func result(of call: TapiCall) throws(TapiError) -> ExchangeJSON {
        let (right, method): (KeyRight, (TapiCall) throws(TapiError) -> ExchangeJSON)
        switch call.fields["method"] {
        case "getInfo": (right, method) = (.info, accountInfo)
        case "Trade": (right, method) = (.trade, trade)
        case "CancelOrder": (right, method) = (.trade, cancelOrder)
        case "ActiveOrders": (right, method) = (.info, activeOrders)
        case "OrderInfo": (right, method) = (.info, orderInfo)
        case "TradeHistory": (right, method) = (.info, tradeHistory)
        case "TransHistory": (right, method) = (.info, transactionHistory)
        default: throw .invalidMethod
        }
        guard call.rights.contains(right) else { throw .noPermission(right) }
        return try method(call)
    }

    /// What is free of each coin that a pair or the account has.
    func funds(of account: AccountID) -> ExchangeJSON {
        coins(of: account) { self.books.ledger[.free(.account(account)), $0] }
    }

    /// The same with what is on orders.
    func fundsWithOrders(of account: AccountID) -> ExchangeJSON {
        coins(of: account) {
            self.books.ledger[.free(.account(account)), $0] + self.books.ledger[.held(.account(account)), $0]
        }
    }

    private func coins(of account: AccountID, _ units: (Coin) -> Int128) -> ExchangeJSON {
        let coins = books.ledger.coins.sorted()
        return .members(coins.map { ($0.description, .decimal(ExactDecimal(units: units($0)))) })
    }

    /// A pair by name; `required` where the dialect demands one.
    func pair(_ call: TapiCall, isRequired: Bool) throws(TapiError) -> Pair? {
        guard let name = call.fields["pair"], !name.isEmpty else {
            if isRequired { throw .badField }
            return nil
        }
        guard let pair = listed(name) else { throw .invalidPair(name) }
        return pair.rules.pair
    }
}
