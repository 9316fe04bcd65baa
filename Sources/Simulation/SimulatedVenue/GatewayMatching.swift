import Exchange
import Trading

/// Which of the venue's orders is which of ours.
extension SimulatedGateway {
    /// Something at the venue that may be an order of ours whose number was never told.
    private struct Candidate {
        let number: UInt64
        let pair: Pair
        let side: Side
        /// Nil where the venue knows no more than the fills.
        let terms: (price: ExactDecimal, quantity: ExactDecimal)?
        let fills: [VenueFillRow]
        let createdAt: Timestamp
    }

    /// The venue's word: rows that carry a client order id.
    func matchByName(_ look: GatewayLook, _ account: GatewayAccount) {
        for number in look.open.keys.sorted() {
            if let client = client(look.open[number]?.name) { match(client, number, account) }
        }
        for number in account.rows.keys.sorted() {
            if let client = client(account.rows[number]?.lazy.compactMap(\.name).first) {
                match(client, number, account)
            }
        }
    }

    private func match(_ client: ClientOrderID, _ number: UInt64, _ account: GatewayAccount) {
        guard let order = account.orders[client], order.number != number else { return }
        guard order.number == nil, account.owners[number] == nil else {
            contradictions += 1
            return
        }
        guard order.fate != .neverThere else { return cameAndWent(order, number) }
        account.claim(number, for: order)
    }

    /// A number in the history that nobody owns and that may be an order of ours: the venue is asked what its terms were.
    func numberToAskAbout(_ look: GatewayLook, _ account: GatewayAccount) -> UInt64? {
        let unmatched = look.members.filter(\.isUnmatched)
        guard !unmatched.isEmpty, settings.clientOrderIDs != .forEver else { return nil }
        return account.rows.keys.sorted().first { number in
            guard account.details[number] == nil, isFree(number, account), let first = account.rows[number]?.first,
                client(first.name) == nil, look.open[number] == nil
            else { return false }
            return unmatched.contains { $0.order.pair == first.pair && $0.order.side == first.side }
        }
    }

    private func isFree(_ number: UInt64, _ account: GatewayAccount) -> Bool {
        mistake == .matchesWithoutClaims || account.owners[number] == nil
    }

    /// Gives each order that is still in doubt the first thing found that it can be, the earliest order first.
    func matchByFigures(_ look: GatewayLook, _ account: GatewayAccount) {
        let unmatched = look.members.filter(\.isUnmatched)
        guard !unmatched.isEmpty, settings.clientOrderIDs != .forEver else { return }
        let found = candidates(look, account).sorted { ($0.createdAt, $0.number) < ($1.createdAt, $1.number) }
        for order in unmatched {
            guard let match = found.first(where: { isFree($0.number, account) && fits($0, order) }) else { continue }
            count(match.terms == nil ? "matched by its fills" : "matched by its terms")
            account.claim(match.number, for: order)
        }
    }

    private func candidates(_ look: GatewayLook, _ account: GatewayAccount) -> [Candidate] {
        var found: [Candidate] = []
        // While an order is open a venue that takes names tells them: one without a name is not ours.
        if settings.clientOrderIDs == .never {
            for row in look.open.values where isFree(row.number, account) { found.append(candidate(row, account)) }
        }
        for (number, rows) in account.rows where isFree(number, account) && look.open[number] == nil {
            guard let first = rows.first, client(first.name) == nil, let details = account.details[number] else {
                continue
            }
            if let row = details {
                found.append(candidate(row, account))
            } else {
                found.append(
                    Candidate(
                        number: number, pair: first.pair, side: first.side, terms: nil, fills: rows,
                        createdAt: first.fill.at))
            }
        }
        return found
    }

    private func candidate(_ row: VenueOrderRow, _ account: GatewayAccount) -> Candidate {
        Candidate(
            number: row.number, pair: row.pair, side: row.side, terms: (row.price, row.quantity),
            fills: account.rows[row.number] ?? [], createdAt: row.createdAt)
    }

    private func fits(_ candidate: Candidate, _ order: GatewayOrder) -> Bool {
        let (new, bound) = (order.order, order.order.price.bound)
        let earliest = order.sentAt.advanced(byNanoseconds: -settings.clockSkewMaxNanoseconds)
        guard candidate.pair == new.pair, candidate.side == new.side, candidate.createdAt >= earliest else {
            return false
        }
        if let terms = candidate.terms {
            return !order.filledAtOnce && terms.price == bound && terms.quantity == new.quantity
        }
        let total = candidate.fills.reduce(ExactDecimal.zero) { $0 + $1.fill.quantity }
        return total == new.quantity
            && candidate.fills.allSatisfy { new.side == .buy ? $0.fill.price <= bound : $0.fill.price >= bound }
    }
}
