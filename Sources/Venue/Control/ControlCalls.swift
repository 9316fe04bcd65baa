import ExactJSON
import Exchange
public import Trading

/// The operator's door: moves the market, money and faults by hand, and shows the books. No fault touches it.
extension TapiVenue {
    /// The answer to a request to the control port.
    public func control(_ request: VenueHTTPRequest, at now: Timestamp) -> VenueHTTPResponse {
        do {
            switch (request.method, request.path) {
            case ("GET", "/books"): return VenueHTTPResponse(body: report(at: now).bytes)
            case ("POST", let path):
                guard let action = TapiVenue.actions[path] else { break }
                var answer: [(String, ExchangeJSON)] = [("success", 1)]
                answer += try action(self)(try ControlBody(request.body), now)
                return VenueHTTPResponse(body: ExchangeJSON.members(answer).bytes)
            default: break
            }
            throw ControlRefusal(
                "there are GET /books and POST \(TapiVenue.actions.keys.sorted().joined(separator: ", "))", status: 404)
        } catch let refusal as ControlRefusal {
            return VenueHTTPResponse(
                status: refusal.status,
                body: ExchangeJSON.members([("success", 0), ("error", .string(refusal.message))]).bytes)
        } catch {
            return VenueHTTPResponse(status: 500, body: Array("\(error)".utf8))
        }
    }

    private typealias Action = (ControlBody, Timestamp) throws -> [(String, ExchangeJSON)]

    private static var actions: [String: (TapiVenue) -> Action] {
        [
            "/quote": quote, "/trade": print, "/deposit": deposit, "/withdraw": withdraw, "/settle": settle,
            "/order": order, "/fill": fill, "/cancel": cancel, "/rights": changeRights, "/fault": setFaults,
            "/pair": changePair,
        ]
    }

    /// `{pair, bid, ask}`: standing quotes around; with `amount`, exactly that much once.
    private func quote(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        let rules = try traded(body).rules
        let (bid, ask) = (try body.positive("bid"), try body.positive("ask"))
        guard bid < ask else { throw ControlRefusal("the bid \(bid) is not below the ask \(ask)") }
        for price in [bid, ask] where !price.isMultiple(of: rules.priceTick) {
            throw ControlRefusal("\(price) is no multiple of \(rules.priceTick)")
        }
        guard try body.optional("amount") != nil else {
            commit(.quote(rules.pair, ladder(bid: bid, ask: ask, rules), isStanding: true), at: now)
            return []
        }
        let quantity = try quantity(body, rules, at: ask)
        let levels = [
            VenueEntry.Level(.sell, price: ask, quantity: quantity),
            VenueEntry.Level(.buy, price: bid, quantity: quantity),
        ]
        commit(.quote(rules.pair, levels, isStanding: false), at: now)
        return []
    }

    /// `{pair, price, amount, side}`: a trade between strangers, after they have taken what rests at that price or better.
    private func print(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        let rules = try traded(body).rules
        let price = try body.positive("price")
        guard price.isMultiple(of: rules.priceTick) else {
            throw ControlRefusal("\(price) is no multiple of \(rules.priceTick)")
        }
        guard let side = Side(rawValue: try body.text("side")) else { throw ControlRefusal("side is buy or sell") }
        let quantity = try quantity(body, rules, at: price)
        let before = books.fills.count
        commit(.print(rules.pair, side, price: price, quantity: quantity), at: now)
        return [("fills", .whole(books.fills.count - before))]
    }

    /// `{"lose-answer": 0.05, "delay": "200ms"}`: these faults and no others from now on.
    private func setFaults(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        var new = VenueFaults.none
        for member in body.members {
            do {
                try new.set(member.name, to: try ControlBody.text(member))
            } catch let error as VenueFaults.Unknown {
                throw ControlRefusal(error.description)
            }
        }
        faults = new
        return [("faults", .string(new.text))]
    }

    /// `{pair, fee, hidden, off}`: what is given changes; `fee` in percent.
    private func changePair(_ body: ControlBody, at now: Timestamp) throws -> [(String, ExchangeJSON)] {
        var pair = try traded(body)
        if try body.optional("fee") != nil {
            let percent = try body.decimal("fee")
            do {
                pair.rules = try pair.rules.with(feeRate: percent.divided(by: 100, rounding: .exact))
            } catch {
                throw ControlRefusal("a fee of \(percent)% is none")
            }
            // The books multiply exactly, and the rules allow what is rounded.
            guard pair.isExact else {
                throw ControlRefusal("a fee of \(percent)% cannot be taken exactly on \(pair.rules.pair)")
            }
        }
        if let hidden = try body.optional("hidden") { pair.isHidden = hidden == "1" }
        if let off = try body.optional("off") { pair.isOff = off == "1" }
        commit(.pair(pair), at: now)
        return []
    }

    private func traded(_ body: ControlBody) throws -> VenuePair {
        let name = try body.text("pair")
        guard let pair = Pair(name).flatMap({ pairs[$0] }) else { throw ControlRefusal("no pair \(name)") }
        return pair
    }

    func quantity(_ body: ControlBody, _ rules: PairRules, at price: ExactDecimal) throws -> ExactDecimal {
        let quantity = try body.positive("amount")
        guard quantity.isMultiple(of: rules.quantityStep) else {
            throw ControlRefusal("\(quantity) is no multiple of \(rules.quantityStep)")
        }
        guard TapiVenue.isValueInRange(price, quantity) else {
            throw ControlRefusal("price times amount is more than \(TapiVenue.amountMax)")
        }
        return quantity
    }
}
