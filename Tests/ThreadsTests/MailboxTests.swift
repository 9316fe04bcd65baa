import Testing
import Threads

@Suite struct MailboxTests {
    @Test func `messages are read in the order in which they were left, at most so many at once`() {
        let mailbox = Mailbox<Int>()
        for number in 1...5 { mailbox.post(number) }
        #expect(mailbox.drain(atMost: 2, waitingNanoseconds: 0) == [1, 2])
        #expect(mailbox.drain() == [3, 4, 5])
        #expect(mailbox.drain(waitingNanoseconds: 0) == [])
    }

    @Test func `a full mailbox refuses what can be refused and takes the rest`() {
        let mailbox = Mailbox<Int>(messagesMax: 2)
        #expect(mailbox.post(1, evenIfFull: false))
        #expect(mailbox.post(2, evenIfFull: false))
        #expect(!mailbox.post(3, evenIfFull: false))
        #expect(mailbox.post(4))
        #expect(mailbox.drain() == [1, 2, 4])
        #expect(mailbox.post(5, evenIfFull: false))
    }

    @Test func `the reader is woken once for all that waits, and not after the end`() {
        let woken = Monitor(0)
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        mailbox.open { woken.withLock { $0 += 1 } }
        #expect(woken.withLock { $0 } == 1)
        mailbox.post(2)
        #expect(woken.withLock { $0 } == 1)
        _ = mailbox.drain()
        mailbox.post(3)
        #expect(woken.withLock { $0 } == 2)
        mailbox.wakeReader()
        #expect(woken.withLock { $0 } == 3)
        #expect(mailbox.close() == [3])
        #expect(!mailbox.post(4))
        mailbox.wakeReader()
        #expect(woken.withLock { $0 } == 3)
    }

    @Test func `a reader that waits gets what another thread leaves`() {
        let mailbox = Mailbox<Int>()
        #expect(NamedThread.start(name: "outcry test") { mailbox.post(7) })
        var got: [Int] = []
        for _ in 0..<30 where got.isEmpty { got = mailbox.drain(waitingNanoseconds: 1_000_000_000) }
        #expect(got == [7])
    }

    @Test func `what is forgotten is not read`() {
        let mailbox = Mailbox<Int>()
        for number in 1...4 { mailbox.post(number) }
        mailbox.removeAll { $0.isMultiple(of: 2) }
        #expect(mailbox.drain() == [1, 3])
    }
}
