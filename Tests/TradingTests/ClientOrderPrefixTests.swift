import Testing
import Trading

@Suite struct ClientOrderPrefixTests {
    private let prefix = ClientOrderPrefix(rawValue: 0x0123_4567_89AB_CDEF)

    private func id(_ order: UInt64, _ attempt: UInt32) -> ClientOrderID {
        ClientOrderID(order: OrderID(order), attempt: attempt)
    }

    @Test func `an id is 32 lower-case hex digits, and says which order it is`() throws {
        #expect(prefix.text(of: id(41, 1)) == "0123456789abcdef0000000002900001")
        #expect(prefix.id(in: "0123456789abcdef0000000002900001") == id(41, 1))
        #expect(prefix.text(of: id(0xFFF_FFFF_FFFF, 0xF_FFFF)) == "0123456789abcdefffffffffffffffff")
    }

    @Test func `every order and attempt is found back, and no two have one id`() throws {
        var chance = SplitMix64(seed: 1)
        var seen: [String: ClientOrderID] = [:]
        for _ in 0..<2_000 {
            let bits = Int.random(in: 1...44, using: &chance)
            let one = id(
                UInt64.random(in: 0..<1 << UInt64(bits), using: &chance), UInt32.random(in: 0..<1 << 20, using: &chance)
            )
            let text = try #require(prefix.text(of: one))
            #expect(text.utf8.count == 32 && prefix.id(in: text) == one)
            #expect(seen.updateValue(one, forKey: text).map { $0 == one } ?? true)
        }
    }

    @Test(arguments: [
        "0123456789abcdee0000000002900001", "0123456789ABCDEF0000000002900001", "0123456789abcdef000000000290000",
        "0123456789abcdef00000000029000011", "0123456789abcdef+000000002900001", "", "41-1",
        "０123456789abcdef000000000290000",
    ])
    func `what another desk or a person has made is nobody's here`(text: String) {
        #expect(prefix.id(in: text) == nil)
    }

    @Test func `what does not fit has no id`() {
        #expect(prefix.text(of: id(1 << 44, 1)) == nil)
        #expect(prefix.text(of: id(1, 1 << 20)) == nil)
    }

    @Test func `a database's name gives it`() {
        #expect(ClientOrderPrefix(ofDatabase: "0123456789abcdef0123456789abcdef") == prefix)
        #expect(ClientOrderPrefix(ofDatabase: "0123") == nil)
        #expect(ClientOrderPrefix(ofDatabase: "x123456789abcdef0123456789abcdef") == nil)
    }
}
