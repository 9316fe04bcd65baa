import Conversation
import Trading

/// One session as the trader at its other end sees it.
struct Connection {
    let id: SessionID
    let format: WireFormat
    /// The trader's lines that have no reply yet, oldest first.
    var awaiting: [TypedLine] = []
    var isLoggedIn = false
    /// Whether a line of it was answered with the failure of the ledger, and not with what became of it.
    var hasHeardOfFailure = false
    /// The numbers that this login has brought here.
    private var got = RangeSet<UInt64>()
    /// The newest number that was pushed here, or that the login spoke of.
    private var newest: UInt64 = 0
    /// How many of the messages that follow are the answer to a `resume`.
    private var resumed = 0
    private var newestResumed: UInt64 = 0
    /// Where a `resume` said that it was to be gone on with.
    private(set) var resumeNext: UInt64?
    /// A session in text is not told again what its own replies have told it.
    private(set) var passedOver: [UInt64] = []
    /// The orders that its replies were about.
    var mentioned: Set<OrderID> = []

    init(id: SessionID, format: WireFormat) {
        self.id = id
        self.format = format
    }

    mutating func loggedIn(head: UInt64) {
        isLoggedIn = true
        got = RangeSet()
        newest = head
        resumed = 0
    }

    mutating func resuming(_ count: Int, next: UInt64?) {
        resumeNext = next
        resumed = count
        newestResumed = 0
    }

    /// Takes in the number of a notification; it must be the one that is next.
    mutating func take(_ number: UInt64) throws(Violation) {
        guard !got.contains(number) else {
            throw Violation(.notificationsInOrder, "\(id) was sent notification \(number) twice")
        }
        got.insert(contentsOf: number..<number + 1)
        if resumed > 0 {
            resumed -= 1
            guard number > newestResumed else {
                throw Violation(.notificationsInOrder, "\(id) was sent \(number) after \(newestResumed) by a resume")
            }
            newestResumed = number
            newest = max(newest, number)
            return
        }
        guard number > newest else {
            throw Violation(.notificationsInOrder, "\(id) was sent \(number) after \(newest)")
        }
        for missing in newest + 1..<number {
            guard format == .text else {
                throw Violation(
                    .notificationsInOrder, "\(id) was sent \(number) after \(newest): \(missing) is missing")
            }
            passedOver.append(missing)
        }
        newest = number
    }
}
