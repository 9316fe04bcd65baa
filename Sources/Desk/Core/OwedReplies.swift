import ChatServer
import DequeModule

/// The lines that have come and have no reply yet, by session, in their order.
///
/// What a batch wanted to say is thrown away when the ledger fails, replies to lines of earlier batches too. This is what is
/// left to refuse then, so that every line has its one reply, and in its turn.
struct OwedReplies {
    private var lines: [SessionID: Deque<IncomingLine>] = [:]

    /// Lines that are about to be taken in.
    mutating func add(_ inputs: [DeskInput]) {
        for case .server(let event) in inputs {
            switch event {
            case .opened: break
            case .lines(let session, let new): lines[session, default: []].append(contentsOf: new)
            case .closed(let session): lines[session] = nil
            }
        }
    }

    /// Replies that are on their way.
    mutating func settle(_ outputs: [DeskOutput]) {
        for case .send(let session, let message) in outputs {
            switch message {
            case .reply, .writtenReply, .noReply: _ = lines[session]?.popFirst()
            case .notice, .written: break
            }
        }
    }

    /// All of them, the longest waiting of each session first; from now on none is owed.
    mutating func takeAll() -> [(session: SessionID, line: IncomingLine)] {
        defer { lines.removeAll() }
        return lines.keys.sorted().flatMap { session in (lines[session] ?? []).map { (session, $0) } }
    }
}
