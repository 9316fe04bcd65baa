import Accounts
import ChatServer
import CommandGrammar
import DequeModule
import Trading

/// One connection, and who is at the other end of it.
struct Session {
    /// What the next line is an answer to.
    enum Prompt {
        case command
        /// `login USER`: the password.
        case loginPassword(user: String, tag: String?)
        /// `password`: the old one.
        case oldPassword
        case newPassword(old: Secret)
        case newPasswordAgain(old: Secret, new: Secret)
        /// `register USER`: the new account's password, twice.
        case registerPassword(AccountName, tag: String?)
        case registerPasswordAgain(AccountName, Secret, tag: String?)
        /// `login`, with the right password: the code.
        case loginCode(Account, tag: String?)
        /// What needs a code: it is run when that is right.
        case commandCode(Command, LineContext)
        /// `totp on`: the first code of the new secret.
        case firstCode(OneTimeSecret)
    }

    /// Who is logged in, and what the session may do.
    struct Login {
        let account: AccountID
        let name: AccountName
        let role: Role
        let rights: TokenRights
    }

    let id: SessionID
    let peer: Peer
    var login: Login?
    var prompt = Prompt.command
    /// Lines that came while one is still being answered: a password is checked, an exchange has not answered.
    var waitingLines: Deque<IncomingLine> = []
    var isWaiting = false
    var watched: Set<Pair> = []
    /// The numbers of the notifications that have been sent to it, or that its replies have told it of.
    var sent = RangeSet<UInt64>()
    /// What its last `preview` was of.
    var preview: StoredPreview?
    /// It asked for more old notifications than one answer brings, and gets no new ones until it has the rest.
    var isCatchingUp = false

    init(id: SessionID, peer: Peer) {
        self.id = id
        self.peer = peer
    }
}

/// What the desk keeps of an account while somebody of it is here, or has orders.
struct AccountPlace {
    var sessions: [SessionID] = []
    var zone: TimeZoneRules
    var quote: Coin
    /// What the last order command was, as far as is remembered since the start.
    var lastOrderCommand: LastOrderCommand?
    var guards = AccountGuards()
    /// Counted when it is first asked for, and then as fills come.
    var tally: DailyTally?
}

/// A line that is answered later.
struct PendingReply {
    let context: LineContext
    let account: AccountID
    /// The orders whose answers it waits for.
    let orders: [OrderID]
    let subject: Subject
    /// When it is answered with what is known by then.
    let dueBy: Timestamp

    enum Subject: Hashable {
        case placed(OrderID, notes: [String])
        case canceled([OrderID])
        case moved(OrderID, notes: [String])
        case undone(OrderID)
    }
}
