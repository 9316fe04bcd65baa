import Accounts
import Conversation
import DequeModule
import Secrets
import Trading

/// A login with a password whose turn to be checked has not come.
struct WaitingLogin {
    let session: SessionID
    /// In small letters; it may be no account's.
    let name: String
    let password: Secret
    let address: String
    let tag: String?
    /// What it counts as, as far as is known when it comes.
    let attempt: LoginAttempt
}

/// Logins that wait because others of the same name or address are being judged, or as many as there are threads for: oldest
/// first. A session has one at most.
struct WaitingLogins {
    private(set) var all: Deque<WaitingLogin> = []
    private var countByAddress: [AddressGroup: Int] = [:]

    /// False where as many wait as may, or as many of the same address.
    mutating func add(_ login: WaitingLogin, max: Int, addressMax: Int) -> Bool {
        let address = AddressGroup(login.address)
        guard all.count < max, countByAddress[address, default: 0] < addressMax else { return false }
        countByAddress[address, default: 0] += 1
        all.append(login)
        return true
    }

    /// Takes out the logins that a condition holds for, in their order.
    mutating func remove(where isTaken: (WaitingLogin) -> Bool) -> [WaitingLogin] {
        var taken: [WaitingLogin] = []
        all.removeAll { login in
            guard isTaken(login) else { return false }
            taken.append(login)
            return true
        }
        for login in taken {
            let address = AddressGroup(login.address)
            let others = countByAddress[address, default: 1] - 1
            countByAddress[address] = others > 0 ? others : nil
        }
        return taken
    }

    mutating func removeAll() { self = WaitingLogins() }
}

extension DeskCore {
    /// Goes on with the logins whose turn has come: whenever a password has been judged, and once a second.
    func takeUpLogins() throws {
        guard !people.waitingLogins.all.isEmpty else { return }
        let gone = Set(people.waitingLogins.all.map(\.session).filter { people.sessions[$0]?.isGone ?? true })
        if !gone.isEmpty {
            for login in people.waitingLogins.remove(where: { gone.contains($0.session) }) {
                resumeLines(of: login.session)
            }
        }
        var started: Set<SessionID> = []
        var refused: [(WaitingLogin, Refusal)] = []
        for login in people.waitingLogins.all {
            guard people.throttle.hasRoom(for: login.attempt, at: now) else { continue }
            do {
                try startLogin(login)
                started.insert(login.session)
            } catch let refusal as Refusal where refusal.code == .tooManyWaiting {
                // No thread is free.
                break
            } catch let refusal as Refusal {
                refused.append((login, refusal))
            }
        }
        let over = started.union(refused.map(\.0.session))
        if !over.isEmpty { _ = people.waitingLogins.remove { over.contains($0.session) } }
        for (login, refusal) in refused {
            try audit(refusal, .password(login.name), login.session)
            send(.reply(.refused(refusal, verb: "login", tag: login.tag)), to: login.session)
            resumeLines(of: login.session)
        }
    }
}
