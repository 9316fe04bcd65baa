import Conversation
import DequeModule
import Trading

/// Why a session is being closed.
struct Closing: Hashable, Sendable {
    /// 1005, which is never sent, stands for a close frame without a code (RFC 6455 §7.4.1).
    var code: UInt16
    /// At most 123 bytes (RFC 6455 §5.5.1); the rest is cut off.
    var reason: String
    /// Whether what waits is sent before.
    var flushes: Bool
}

/// One session, as the service thread knows it. Only that thread touches it.
final class ServerSession {
    let id: SessionID
    let peer: Peer
    /// What the session counts under where places are counted by address.
    let group: AddressGroup
    let connection: ServerConnection
    var budget: SessionBudget
    var frames: FrameReader
    var outgoing = OutgoingQueue()
    /// Bytes of the last write that the library may still hold; 0 once the socket is writable again. While there are any,
    /// nothing is read from the session: who does not read is not listened to.
    var bytesInFlight = 0
    /// Frames and lines, and bytes, that were read since the last tick, and whether no more are read until the next.
    var readSinceTick = 0
    var bytesReadSinceTick = 0
    var isReadEnough = false
    /// Whether the library reads for the session.
    var isRead = true

    /// Bytes of `waitingBytes` that the server has counted in its total.
    var waitingCounted = 0
    /// Since when something has been waiting without a break, and when some of it was last taken by the system. What the
    /// system takes it has room for because the client has read.
    var waitingSince: Int64 = 0
    var progressAt: Int64 = 0
    /// Whether somebody is logged in, as the desk has said.
    var isLoggedIn = false

    /// When the last whole frame came, and when the session was pinged after that.
    var heardAt: Int64
    var pingedAt: Int64?

    /// Set once, when the session is to end. No line is taken from it then, nor anything for it.
    var closing: Closing?
    /// Whether the close frame is sent, after which nothing may follow (RFC 6455 §5.5.1).
    var isCloseSent = false
    /// Whether nothing that still comes is read: after the client's own close frame, or a breach of the rules.
    var isInputOver = false
    /// Whether the desk was told that it is closed.
    var isClosedForDesk = false

    /// Lines given to the desk, and answers to them that came back.
    private var linesGiven: UInt64 = 0
    private var linesAnswered: UInt64 = 0
    /// Refusals of this room that wait for the answers to the lines before them.
    private var heldRefusals: Deque<(after: UInt64, payload: [UInt8])> = []
    private(set) var heldBytes = 0

    init(id: SessionID, peer: Peer, connection: ServerConnection, limits: ChatLimits, now: Int64) {
        self.id = id
        self.peer = peer
        group = AddressGroup(peer.address)
        self.connection = connection
        budget = SessionBudget(limits: limits, now: now)
        frames = FrameReader(messageBytesMax: limits.messageBytes)
        heardAt = now
    }

    /// Bytes that wait for this session, wherever they are.
    var waitingBytes: Int { outgoing.byteCount + bytesInFlight + heldBytes }

    /// Whether more is to be read from the session now.
    var mayBeRead: Bool { bytesInFlight == 0 && !isReadEnough }

    func gaveLines(_ count: Int) { linesGiven += UInt64(count) }

    /// Queues a refusal of this room behind the answers that are due before it: a client without tags tells answers
    /// apart by their order alone.
    func refuse(_ reply: Reply) {
        guard let payload = OutgoingMessage.reply(reply).payload(as: peer.format) else { return }
        if linesAnswered >= linesGiven {
            outgoing.append(payload)
        } else {
            heldRefusals.append((linesGiven, payload))
            heldBytes += payload.count
        }
    }

    /// Queues a message from the desk, and the refusals whose turn comes with it.
    func take(_ message: OutgoingMessage) {
        if let payload = message.payload(as: peer.format) { outgoing.append(payload) }
        guard message.answersLine else { return }
        linesAnswered = min(linesAnswered + 1, linesGiven)
        while let first = heldRefusals.first, first.after <= linesAnswered {
            heldRefusals.removeFirst()
            outgoing.append(first.payload)
            heldBytes -= first.payload.count
        }
    }

    func dropOutgoing() {
        outgoing.removeAll()
        heldRefusals = []
        heldBytes = 0
    }
}
