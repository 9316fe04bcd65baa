import Testing
import Trading

@Suite struct AddressGroupTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.2", "192.0.2.2"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:0DB8:0000:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::5", "2001:db8:0:2::/64"),
        ("2001:db8::1:0:0:1", "2001:db8:0:0::/64"),
        ("fe80::1%eth0", "fe80:0:0:0::/64"),
        ("1::", "1:0:0:0::/64"),
        ("::", "0:0:0:0::/64"),
        ("::1", "::1"),
        ("64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4::/64"),
        ("", ""),
        ("1:2:3", "1:2:3"),
        ("1::2::3", "1::2::3"),
        (":::", ":::"),
        ("1:2:3:4:5:6:7::8", "1:2:3:4:5:6:7::8"),
        ("not an address", "not an address"),
    ])
    func `an address is counted by itself and an IPv6 address by its network`(_ address: String, _ group: String) {
        #expect(AddressGroup(address).text == group)
    }

    @Test func `what is no address is kept in few bytes`() {
        #expect(AddressGroup(String(repeating: "x", count: 10_000)).text.utf8.count == 64)
    }
}
