import ExactJSON
import Foundation
import Testing

extension `The server` {
    /// A desk and a venue, both real: what was at the exchange before the desk, and comes to it without the desk.
    @Suite struct `that trades where others do too` {
        private static let key = #""key":"ann""#

        /// Asks until the answer has all of the words.
        private func answer(_ line: String, with words: [String], _ trader: Trader) throws -> String {
            var last = ""
            for _ in 0..<100 {
                last = try trader.ask(line).text
                if words.allSatisfy(last.contains) { return last }
                usleep(100_000)
            }
            throw Unexpected("\(line) never had \(words): \(last)")
        }

        private func started(_ venue: VenueProcess) throws -> (DeskUnderTest, Trader) {
            let desk = try DeskUnderTest()
            let master = desk.folder.appendingPathComponent("master").path
            guard try ProgramRun(["keys", "new-master", master], in: desk.folder).ending() == .exit(0) else {
                throw Unexpected("no master key")
            }
            try desk.add("ann")
            try desk.start(
                [
                    "--exchange", "btce=http://127.0.0.1:\(venue.port)", "--master-key-file", master,
                    "--exchange-rate", "200/400", "--limit", "transactions_fresh_s=1",
                ] + DeskUnderTest.unhurried)
            let ann = try desk.logIn("ann", .text)
            let reply = try ann.ask("keys btce set ann secret-of-ann").text
            guard reply.hasPrefix("+ btce key") else { throw Unexpected(reply) }
            return (desk, ann)
        }

        @Test func `transactions, trades of before and a day's figures are the exchange's, as a user types them`()
            throws
        {
            let venue = try VenueProcess()
            venue.accounts = ["--account", "ann:secret-of-ann", "--funds", "100000 usd, 100 btc"]
            try venue.start(["--books", venue.booksPath])
            // Of before the desk: one order that traded when it came, and one that waited.
            _ = try venue.control(
                "/order", "{\(Self.key),\"pair\":\"btc_usd\",\"type\":\"buy\",\"rate\":240,\"amount\":\"0.5\"}")
            let waits = try venue.control(
                "/order", "{\(Self.key),\"pair\":\"btc_usd\",\"type\":\"sell\",\"rate\":240,\"amount\":\"0.25\"}")
            let number = try #require(waits["order_id"]?.written)
            _ = try venue.control("/fill", "{\"order_id\":\(number)}")

            let (desk, ann) = try started(venue)
            let trades = try answer("trades", with: ["2 trades", "foreign \(number)"], ann)
            #expect(trades.contains("0.25") && trades.contains("0.5"), "\(trades)")
            #expect(try ann.ask("report").text.contains("foreign") == false)

            // Money comes and goes without the desk; one row waits.
            let deposit = try venue.control(
                "/deposit",
                "{\(Self.key),\"coin\":\"usd\",\"amount\":50,\"status\":\"waiting\",\"description\":\"a wire\"}")
            _ = try venue.control(
                "/withdraw", "{\(Self.key),\"coin\":\"usd\",\"amount\":20,\"description\":\"to the bank\"}")
            let told = try answer("transactions", with: ["a wire", "to the bank"], ann)
            #expect(told.hasPrefix("= 4 transactions, newest first"), "\(told)")
            let id = try #require(deposit["number"]?.written)
            #expect(told.contains("\(id)  ") && told.contains("waiting") && !told.contains("warrant"), "\(told)")
            _ = try venue.control("/settle", "{\"number\":\(id),\"status\":\"successful\"}")
            usleep(1_100_000)
            let settled = try answer("transactions from \(id) to \(id)", with: ["successful"], ann)
            #expect(settled.contains("1 transaction,") && settled.contains("a wire"), "\(settled)")

            let price = try answer("price btc_usd", with: ["high", "low", "volume"], ann)
            #expect(price.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(price)")
            #expect(try answer("report drift", with: ["no difference"], ann).hasPrefix("= no difference"))
            #expect(try ann.ask("exchanges").text.contains("read up to") == false)
            withExtendedLifetime(desk) {}
        }
    }
}
