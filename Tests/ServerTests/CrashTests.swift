import Glibc
import Testing
import Trading

extension `The server` {
    @Suite struct `killed in the middle` {
        @Test func `the three lines work as typed, over the tape that is built in`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "10000 usd, 20 btc")
            try desk.start(DeskUnderTest.unhurried + ["--tape", "synthetic"])
            let ann = try desk.logIn("ann", .text)
            let buy = try ann.ask("buy 0.5 btc_usd at 230 until 18:00").text
            #expect(buy.hasPrefix("+ #1 buy 0.5 btc_usd at 230 until "), "\(buy)")
            #expect(buy.contains(" 18:00 UTC ("), "\(buy)")
            let slice = try ann.ask("slice 2 btc 195..199 x20").text
            #expect(slice.hasPrefix("+ #2 slice buy 2 btc_usd 195..199 x20\n  20 orders, #3 to #22, "), "\(slice)")
            #expect(try ann.ask("report paired").text == "= no finished paired orders yet")
        }

        @Test func `everything is there again, and nothing is told twice`() throws {
            let desk = try DeskUnderTest()
            try desk.add("boss", role: "admin")
            try desk.add("ann", funds: "10000 usd, 50 btc")
            try desk.start()
            let boss = try desk.logIn("boss", .text)
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            #expect(try boss.ask("paper quote btc_usd 230 230.2").text == "+ btc_usd bid 230, ask 230.2")

            // #1 fills in two parts, #2 expires while it runs, #3 waits for the end, #4 to #7 are a slice.
            let first = try ann.ask("buy 0.5 btc_usd at 229", tag: "k1")
            #expect(first.ok == true && first.order?.id == 1, "\(first.raw)")
            try ann.ask("buy 0.1 btc_usd at 220 for 1s", tag: "k2")
            try ann.ask("buy 0.2 btc_usd at 200 until 18:00", tag: "k3")
            let slice = try ann.ask("slice 0.3 btc 195..199 x3", tag: "k4")
            #expect(slice.order?.kind == "sliced", "\(slice.raw)")
            try ann.event("expired", order: 2)
            try boss.ask("paper trade btc_usd 229 0.2 sell")
            try ann.event("partially_filled", order: 1)
            try boss.ask("paper trade btc_usd 229 0.3 sell")
            try ann.event("filled", order: 1)

            // A paired order comes to its benefit; a stop triggers; a one-cancels-the-other and a stop stay.
            let pair = try #require(try ann.ask("pair buy 0.05 btc_usd at 224.65 then 227.68", tag: "k5").order)
            try boss.ask("paper trade btc_usd 224.65 0.05 sell")
            try ann.event("contra_placed")
            try boss.ask("paper trade btc_usd 227.68 0.05 buy")
            let done = try ann.event("paired_done", order: pair.id)
            #expect(done.text.contains("benefit 0.106267 usd after 0.045233 fees"), "\(done.text)")
            try boss.ask("paper quote btc_usd 230 230.2")
            let stop = try #require(try ann.ask("stop sell 1 btc_usd at 226", tag: "k6").order)
            try boss.ask("paper trade btc_usd 225.9 0.1 sell")
            #expect(try ann.event("triggered", order: stop.id).text.contains("trigger 226"))
            try boss.ask("paper quote btc_usd 230 230.2")
            let oco = try #require(try ann.ask("sell 2 btc_usd at 275 stop 205", tag: "k7").order)
            let waiting = try #require(try ann.ask("stop sell 1 btc_usd at 204 market", tag: "k8").order)
            let short = try #require(try ann.ask("buy 0.1 btc_usd at 201 for 2s", tag: "k9").order)
            let refused = try ann.ask("buy 1000 btc_usd at 230", tag: "k10")
            #expect(refused.error?.code == "insufficient_funds", "\(refused.raw)")

            let orders = try ann.ask("orders").raw
            let funds = try ann.ask("funds").raw
            let told = ann.events
            #expect(try desk.stop(SIGKILL) == .signal(SIGKILL))
            #expect(try ann.ending() == .closed(code: 1_006))
            try desk.start()

            // What is open is open, to the last word; what has expired meanwhile says so, once.
            let again = try desk.connect(token: token)
            let expired = try again.resumed().filter { $0.event == "expired" && $0.order?.id == short.id }
            if expired.isEmpty { try again.event("expired", order: short.id) }
            #expect(try withoutShort(again.ask("orders")) == withoutShort(ChatMessage(orders, format: .json)))
            let (before, after) = (try ChatMessage(funds, format: .json), try again.ask("funds"))
            #expect(try after.fund("btc").inOrders.amount == before.fund("btc").inOrders.amount)
            #expect(try after.fund("btc").total.amount == before.fund("btc").total.amount)
            #expect(try after.fund("usd").total.amount == before.fund("usd").total.amount)
            let freed = try before.fund("usd").inOrders.amount - after.fund("usd").inOrders.amount
            #expect("\(freed)" == "20.1402")
            func withoutShort(_ message: ChatMessage) throws -> [String] {
                let orders = try #require(message.orders)
                return orders.filter { $0.id != short.id }.map {
                    "\($0.id) \($0.kind) \($0.status) \($0.filled.amount)"
                }
            }

            // Every notification once, in order, in the words in which it was told.
            let reader = try desk.connect(token: token)
            let all = try reader.resumed()
            #expect(all.map(\.seq) == all.indices.map { UInt64($0 + 1) })
            for event in told {
                let seq = try #require(event.seq)
                #expect(all[Int(seq) - 1].raw == event.raw)
            }
            #expect(all.filter { $0.event == "expired" && $0.order?.id == short.id }.count == 1)

            // Tags are remembered with their first replies, refusals too; another line does not get one of them.
            for (line, tag, reply) in [
                ("buy 0.5 btc_usd at 229", "k1", first), ("slice 0.3 btc 195..199 x3", "k4", slice),
            ] {
                let again = try reader.ask(line, tag: tag)
                #expect(try FirstReply.fields(again.raw) == FirstReply.fields(reply.raw))
                #expect(again.raw.contains(#""now":[{"id":"#))
            }
            #expect(try reader.ask("buy 1000 btc_usd at 230", tag: "k10").raw == refused.raw)
            #expect(try reader.ask("buy 0.6 btc_usd at 229", tag: "k1").error?.code == "tag_reused")

            // Triggers wait as before.
            let boss2 = try desk.logIn("boss", .text)
            try boss2.ask("paper quote btc_usd 203 203.2")
            try boss2.ask("paper trade btc_usd 203 0.1 sell")
            try reader.event("triggered", order: waiting.id)
            try reader.event("triggered", order: oco.id)
        }

        @Test func `a cancel and what it frees survive`() throws {
            let desk = try DeskUnderTest()
            try desk.add("ann", funds: "1000 usd")
            try desk.start()
            let ann = try desk.logIn("ann")
            let token = try desk.token(of: ann)
            try ann.ask("buy 1 btc_usd at 100")
            try ann.ask("buy 2 btc_usd at 90")
            #expect(try ann.ask("cancel 1").ok == true)
            try desk.stop(SIGKILL)
            try desk.start()
            let again = try desk.connect(token: token)
            #expect(try again.ask("orders").orders?.map(\.id) == [2])
            #expect(try "\(again.ask("funds").fund("usd").inOrders.amount)" == "180.36")
            #expect(try again.ask("cancel 1").error?.code == "order_finished")
        }
    }
}
