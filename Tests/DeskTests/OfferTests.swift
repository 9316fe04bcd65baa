import Conversation
import Testing
import Trading

@testable import Desk

/// The files that may be fetched.
@Suite struct `Offered files` {
    private func file(_ name: String) -> Download {
        Download(fileName: name, type: "text/csv", bytes: [UInt8](repeating: 0, count: 1_000))
    }

    @Test func `a file is let go of when its time is over, although nobody asks for it`() {
        let offers = Offers()
        let start = Timestamp(nanoseconds: 0)
        offers.add(file("a"), word: "a", account: AccountID(1), until: start.advanced(bySeconds: 10), at: start)
        offers.add(file("b"), word: "b", account: AccountID(1), until: start.advanced(bySeconds: 20), at: start)
        offers.forgetOver(at: start.advanced(bySeconds: 9))
        #expect(offers.count == 2)
        offers.forgetOver(at: start.advanced(bySeconds: 10))
        #expect(offers.count == 1)
        #expect(offers.download("a", at: start) == nil)
        #expect(offers.download("b", at: start.advanced(bySeconds: 19)) != nil)
        offers.forgetOver(at: start.advanced(bySeconds: 20))
        #expect(offers.count == 0)
    }
}
