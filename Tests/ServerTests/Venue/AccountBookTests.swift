import Foundation
import Glibc
import Testing

extension `The server` {
    /// An account at a real venue that is used elsewhere too: orders placed there, money that comes, a right that is taken.
    @Suite struct `whose accounts are used elsewhere too` {
        private let desk: DeskUnderTest
        private let venue: VenueProcess

        init() throws {
            (desk, venue) = (try DeskUnderTest(), try VenueProcess())
            venue.accounts = ["--account", "ann:secret-of-ann", "--funds", "1000 usd, 2.0998 btc"]
            try venue.start()
            let masterKey = desk.folder.appendingPathComponent("master").path
            let made = try ProgramRun(["keys", "new-master", masterKey], in: desk.folder)
            guard try made.ending() == .exit(0) else { throw Unexpected("no master key: \(made.logged)") }
            try desk.add("ann")
            // One second, so that nothing here waits for ten.
            let options = [
                "--exchange", "btce", "--exchange-url", "http://127.0.0.1:\(venue.port)", "--master-key-file",
                masterKey, "--exchange-rate", "200/400", "--limit", "funds_fresh_s=1",
            ]
            try desk.start(options + DeskUnderTest.unhurried)
        }

        @Test func `its orders, its deposits and its key's rights are as the venue has them`() throws {
            let ann = try desk.logIn("ann", .text)
            let set = try ann.ask("keys btce set ann secret-of-ann").text
            #expect(set == "+ btce key a...: may read and trade", "\(set)")
            try until(ann, "sell 2 btc_usd at 300") { $0.hasPrefix("+ #1") }
            #expect(try ann.ask("cancel 1").text.hasPrefix("+ #1 canceled"))

            // An order placed elsewhere.
            let order = try venue.control(
                "/order", #"{"key":"ann","pair":"btc_usd","type":"sell","rate":275,"amount":"0.5"}"#)
            let number = try #require(order["order_id"]?.written)
            try until(ann, "orders") { $0.hasSuffix("foreign \(number) sell 0.5 btc_usd at 275: open") }
            let funds = try ann.ask("funds").text
            #expect(funds.contains("1.5998") && funds.contains("0.5 btc in orders that were not made here"), "\(funds)")
            let refused = try ann.ask("sell 1.7 btc_usd at 300").text
            #expect(
                refused.hasPrefix(
                    "! selling 1.7 btc at 300 needs 1.7 btc; 1.5998 btc is free; 0.5 is in orders that were not made here"
                ),
                "\(refused)")
            #expect(try ann.ask("report drift").text.hasPrefix("= no difference"))
            let canceled = try ann.ask("cancel foreign \(number)").text
            #expect(canceled == "+ foreign \(number) sell 0.5 btc_usd at 275: canceled")
            #expect(try ann.ask("sell 1.7 btc_usd at 300").text.hasPrefix("+ #2"))
            #expect(try ann.ask("orders").text.contains("foreign") == false)
            #expect(try ann.ask("cancel all").text.hasPrefix("+ #2 canceled"))
            #expect(try venue.control("/books")["accounts"]?.elements.first?["open_orders"]?.elements.isEmpty == true)

            // Money that comes.
            _ = try venue.control("/deposit", #"{"key":"ann","coin":"usd","amount":5000}"#)
            try until(ann, "buy 25 btc_usd at 200") { $0.hasPrefix("+ #3") }
            let after = try ann.ask("funds").text
            #expect(after.contains("6000"), "\(after)")
            #expect(try ann.ask("report drift").text.hasPrefix("= no difference"))
            #expect(try ann.ask("cancel all").text.hasPrefix("+ #3 canceled"))

            // A right that is taken, and given back.
            _ = try venue.control("/rights", #"{"key":"ann","trade":false}"#)
            try until(ann, "keys") {
                _ = try ann.ask("funds")
                return !$0.contains("trade") && $0.contains("may read")
            }
            try ann.event(saying: "may read now")
            #expect(try ann.ask("buy 1 btc_usd at 200").text.contains("may read and not trade; nothing was done"))
            #expect(try venue.control("/books")["accounts"]?.elements.first?["orders"]?.elements.count == 4)
            _ = try venue.control("/rights", #"{"key":"ann","trade":true}"#)
            try until(ann, "buy 1 btc_usd at 200") { $0.hasPrefix("+ #4") }
            #expect(try desk.stop() == .exit(0))
        }

        @Test func `a round trip that begins with a sale counts the fee that its purchase paid in coins`() throws {
            let ann = try desk.logIn("ann", .text)
            _ = try ann.ask("keys btce set ann secret-of-ann")
            // At rest both legs, and then both of them taking what is there.
            for (line, benefit, fees) in [
                ("pair sell 0.05 btc_usd at 240 then 220", "0.954", "0.046"),
                ("pair sell 0.05 btc_usd at 230 then 235", "-0.2965", "0.0465"),
            ] {
                _ = try venue.control("/quote", #"{"pair":"btc_usd","bid":230,"ask":235}"#)
                try until(ann, line) { $0.hasPrefix("+ #") }
                var isDone = false
                for _ in 0..<(patienceSeconds * 5) where !isDone {
                    isDone = ann.events.contains { $0.text.contains("paired done") && $0.text.contains(benefit) }
                    let account = try venue.control("/books")["accounts"]?.elements.first
                    for order in account?["orders"]?.elements ?? [] where order["status"]?.written == "open" {
                        _ = try venue.control("/fill", #"{"order_id":\#(order["order_id"]?.written ?? "")}"#)
                    }
                    usleep(200_000)
                }
                let told = ann.events.last { $0.text.contains("paired done") }?.text ?? "nothing"
                #expect(
                    told.contains("benefit \(benefit) usd after \(fees) usd of fees (0.0001 btc among them)"), "\(told)"
                )
                let report = try ann.ask("report paired").text
                #expect(report.contains("benefit \(benefit) usd"), "\(report)")
            }
        }

        /// Types a line until its answer is as it has to be, for as long as anything here is waited for.
        private func until(_ trader: Trader, _ line: String, _ isRight: (String) throws -> Bool) throws {
            var last = "nothing"
            for _ in 0..<(patienceSeconds * 5) {
                last = try trader.ask(line).text
                if try isRight(last) { return }
                usleep(200_000)
            }
            throw Unexpected("\(line) is answered with \(last)")
        }
    }
}
