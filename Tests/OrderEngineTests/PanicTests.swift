import OrderEngine
import Testing
import Trading

/// `panic`: everything off, nothing new, until it is lifted.
@Suite struct PanicTests {
    @Test func `everything comes off, and the end is told when the exchange has confirmed the last`() {
        var pit = Pit()
        let simple = pit.place(.buy, "1", at: "100")
        pit.accept(simple)
        let stop = pit.place(.sell, "1", plan: .stop(trigger: 80, then: .market))
        pit.place(.sell, "2", plan: .sliced(low: 120, high: 121, includesHigh: true, count: 2))
        pit.accept(OrderID(4))
        pit.process(.panic(pit.trader))
        #expect(pit.last.panics.map(\.kind) == [.declared])
        #expect(pit.asked == ["cancel #1", "cancel #4"])
        #expect(pit.status(stop) == .canceled)
        pit.canceled(simple)
        #expect(pit.last.panics.isEmpty)
        pit.canceled(OrderID(4))
        // The one that the exchange had not answered is canceled as soon as it has.
        pit.accept(OrderID(5))
        #expect(pit.asked == ["cancel #5"] && pit.last.panics.isEmpty)
        pit.canceled(OrderID(5))
        #expect(pit.last.panics.map(\.kind) == [.cleared] && pit.last.panics.first?.panic.orders == 5)
        #expect(pit.engine.openOrders(of: pit.trader).isEmpty)
    }

    @Test func `nothing new is taken on until it is lifted`() {
        var pit = Pit()
        pit.process(.panic(pit.trader))
        #expect(pit.last.panics.map(\.kind) == [.declared, .cleared])
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "1", at: "100"))) == .inPanic)
        pit.process(.panic(pit.trader))
        #expect(pit.last.records.isEmpty)
        let again = OrderEngine(restoring: pit.engine.snapshot())
        #expect(again.panic(of: pit.trader)?.isCleared == true)
        pit.process(.liftPanic(pit.trader))
        #expect(pit.last.panics.map(\.kind) == [.lifted])
        #expect(pit.refusal(of: .place(pit.ticket(.buy, "1", at: "100"))) == nil)
        pit.process(.liftPanic(AccountID(1)))
        #expect(pit.last.records.isEmpty)
    }

    @Test func `an order whose answer was lost comes off once the exchange says that it has it`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "100")
        pit.report(.lost(pit.client(id)))
        #expect(pit.status(id) == .unknown)
        pit.process(.panic(pit.trader))
        #expect(pit.last.panics.map(\.kind) == [.declared])
        pit.report(.status(pit.client(id), .open(exchangeOrderID: "x1", fills: [])))
        #expect(pit.asked == ["cancel \(id)"] && pit.last.panics.isEmpty)
        pit.canceled(id)
        #expect(pit.last.panics.map(\.kind) == [.cleared])
    }

    @Test func `a cancel that fails is repeated, also one that the trader had asked for before`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "100")
        pit.accept(id)
        pit.cancel(id)
        pit.process(.panic(pit.trader))
        #expect(pit.asked == ["cancel #1"])
        pit.cancelRejected(id)
        pit.wait(seconds: 1)
        #expect(pit.asked == ["cancel #1"])
        pit.canceled(id)
        #expect(pit.last.panics.map(\.kind) == [.cleared])
    }

    @Test func `a pair whose entry fills on the way ends without its contra`() {
        for contra in [ExactDecimal(120), nil] {
            var pit = Pit()
            let id = pit.place(.buy, "1", at: "100", plan: .paired(contraPrice: contra))
            pit.accept(id)
            pit.process(.panic(pit.trader))
            pit.fill(id, "1", at: "100")
            #expect(pit.asked == [] && pit.engine.order(id)?.closedAt != nil)
            #expect(pit.last.panics.map(\.kind) == [.cleared])
        }
    }

    @Test func `a limit that makes way for its stop is not followed by it, and what is moved does not come back`() {
        var pit = Pit()
        let oco = pit.place(.sell, "1", at: "120", plan: .oco(trigger: 80, then: .market))
        pit.accept(oco)
        pit.quote("80", "81")
        pit.trade(at: "80")
        let moved = pit.place(.buy, "1", at: "70")
        pit.accept(moved)
        pit.move(moved, .price(60))
        pit.process(.panic(pit.trader))
        pit.canceled(oco)
        #expect(pit.asked == [])
        pit.canceled(moved)
        #expect(pit.asked == [] && pit.last.panics.map(\.kind) == [.cleared])
    }

    @Test func `another's orders are left alone`() {
        var pit = Pit()
        let id = pit.place(.buy, "1", at: "100")
        pit.accept(id)
        pit.process(.panic(AccountID(1)))
        #expect(pit.asked == [] && pit.status(id) == .open)
    }
}
