import Accounts
import CommandGrammar
import Conversation
import DequeModule
import Secrets
import Trading

/// One connection, and who is at the other end of it.
struct Session {
    /// What the next line is an answer to.
    enum Prompt {
        case command
        /// `login USER`: the password.
        case loginPassword(user: String, tag: String?)
        /// `password`: the old one.
        case oldPassword(tokens: TokenChoice)
        case newPassword(old: Secret, tokens: TokenChoice)
        case newPasswordAgain(old: Secret, new: Secret, tokens: TokenChoice)
        /// Whether the tokens go with the old password.
        case dropTokens(old: Secret, new: Secret)
        /// `register USER`: the new account's password, twice.
        case registerPassword(AccountName, tag: String?)
        case registerPasswordAgain(AccountName, Secret, tag: String?)
        /// `login`, with the right password: the code. The password may have been changed when it comes.
        case loginCode(Credentials, tag: String?)
        /// What needs a code: it is run when that is right.
        case commandCode(Command, LineContext)
        /// `totp on`: the first code of the new secret.
        case firstCode(OneTimeSecret)
    }

    let id: SessionID
    let peer: Peer
    /// All that belongs to whoever is logged in; it goes with the login.
    var loggedIn: LoginState?
    /// When it is ended because nobody has logged in; nil once somebody has, or it is being ended.
    var loginDueBy: Timestamp?
    /// What the next line is an answer to while nobody is logged in.
    private var entryPrompt = Prompt.command
    /// Lines that wait for their turn, or for the answer to one before them: a password is checked, an exchange is asked.
    var waitingLines: Deque<WaitingLine> = []
    var isWaiting = false
    /// Whether it waits for its turn.
    var isInRing = false
    /// How many of the waiting lines are `cancel` or `panic`.
    var urgentLines = 0
    /// Whether the connection is gone, and only what it sent before is still done.
    var isGone = false

    init(id: SessionID, peer: Peer) {
        self.id = id
        self.peer = peer
    }

    /// What becomes of a notification on a session.
    enum Hearing {
        case toBeTold
        /// Its reply has said it.
        case said
    }

    /// Takes a notification in, in place: a session is large, and an account may have many. Nil where it is not shown it now.
    mutating func hear(_ number: UInt64, isSpared: Bool) -> Hearing? {
        guard !isGone, loggedIn?.isCatchingUp != true else { return nil }
        loggedIn?.sent.insert(number)
        return isSpared && peer.format == .text ? .said : .toBeTold
    }

    /// Lets go of the lines that wait.
    mutating func stopWaiting() {
        waitingLines.removeAll()
        isWaiting = false
        isInRing = false
        urgentLines = 0
    }

    var login: Login? { loggedIn?.who }

    var prompt: Prompt {
        get { loggedIn?.prompt ?? entryPrompt }
        set {
            if loggedIn == nil { entryPrompt = newValue } else { loggedIn?.prompt = newValue }
        }
    }

    /// Nothing is left of the login: what follows is a new session on the same connection.
    mutating func endLogin() {
        loggedIn = nil
        entryPrompt = .command
    }
}

/// What the desk keeps of an account while somebody of it is here, or has orders.
struct AccountPlace {
    var sessions: [SessionID] = []
    var zone: TimeZoneRules
    var quote: Coin
    /// Where it trades unless a line says otherwise; nil: at the first.
    var exchange: ExchangeID?
    var lastOrderCommands = LastOrderCommands()
    var guards = AccountGuards()
}

/// A line that is answered later.
struct PendingReply {
    let context: LineContext
    let account: AccountID
    /// The orders whose answers it waits for.
    let orders: [OrderID]
    let subject: Subject
    /// When it is answered with what is known by then.
    var dueBy: Timestamp
    /// What its reply will say, or none does.
    let covered: Covered
    /// Numbers of what has happened meanwhile and the reply will say. Nobody of this session has been shown them before that.
    var heldBack: [UInt64] = []

    init(context: LineContext, account: AccountID, orders: [OrderID], subject: Subject, dueBy: Timestamp) {
        self.context = context
        self.account = account
        self.orders = orders
        self.subject = subject
        self.dueBy = dueBy
        covered = Covered(session: context.session, orders: orders, subject)
    }

    enum Subject: Hashable {
        case placed(OrderID, notes: [String])
        case canceled([OrderID], [ExchangeLeftOut])
        case moved(OrderID, notes: [String])
        case undone(OrderID)
    }
}
