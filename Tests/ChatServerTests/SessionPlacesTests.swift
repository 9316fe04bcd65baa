import Conversation
import Testing
import Trading

@testable import ChatServer

@Suite struct `Places` {
    private func places(_ sessions: Int, reserved: Int = 1, address: Int = 1_000) -> SessionPlaces {
        var limits = ChatLimits()
        limits.sessions = sessions
        limits.reservedSessions = reserved
        limits.addressSessions = address
        return SessionPlaces(limits)
    }

    private func id(_ number: UInt64) -> SessionID { SessionID(rawValue: number) }

    private let home = AddressGroup("192.0.2.1")
    private let elsewhere = AddressGroup("198.51.100.7")

    @Test func `the oldest session that has not logged in makes room`() {
        var places = places(20, reserved: 2)
        for number in 1...18 { places.add(id(UInt64(number)), in: home) }
        #expect(places.place(in: elsewhere, hasToken: false) == .insteadOf(id(1)))
        places.set(id(1), isLoggedIn: true)
        #expect(places.place(in: elsewhere, hasToken: false) == .insteadOf(id(2)))
        places.remove(id(2))
        #expect(places.place(in: elsewhere, hasToken: false) == .free)
        places.add(id(19), in: elsewhere)
        // Somebody who logs out is the youngest of those who are not logged in.
        places.set(id(1), isLoggedIn: false)
        for number in 3...19 { places.set(id(UInt64(number)), isLoggedIn: true) }
        #expect(places.place(in: elsewhere, hasToken: false) == .free)
        places.set(id(1), isLoggedIn: true)
        #expect(places.count == 18)
    }

    @Test func `the last places are kept for tokens and for addresses of those logged in`() {
        var places = places(20, reserved: 2)
        for number in 1...18 {
            places.add(id(UInt64(number)), in: home)
            places.set(id(UInt64(number)), isLoggedIn: true)
        }
        #expect(places.place(in: elsewhere, hasToken: false) == .serverFull)
        #expect(places.place(in: elsewhere, hasToken: true) == .free)
        #expect(places.place(in: home, hasToken: false) == .free)
        for number in 19...20 { places.add(id(UInt64(number)), in: elsewhere) }
        // A token that has not been looked at yet is not logged in.
        #expect(places.place(in: home, hasToken: false) == .insteadOf(id(19)))
        for number in 19...20 { places.set(id(UInt64(number)), isLoggedIn: true) }
        #expect(places.place(in: home, hasToken: true) == .serverFull)
    }

    @Test func `an address gives up a session of its own, and only one that has not logged in`() {
        var places = places(1_000, address: 2)
        places.add(id(1), in: elsewhere)
        places.add(id(2), in: home)
        places.add(id(3), in: home)
        #expect(places.place(in: home, hasToken: false) == .insteadOf(id(2)))
        places.set(id(2), isLoggedIn: true)
        #expect(places.place(in: home, hasToken: true) == .insteadOf(id(3)))
        places.set(id(3), isLoggedIn: true)
        #expect(places.place(in: home, hasToken: true) == .addressFull)
        #expect(places.place(in: elsewhere, hasToken: false) == .free)
        places.remove(id(3))
        #expect(places.place(in: home, hasToken: false) == .free)
    }

    @Test func `what is kept grows with the sessions and not with those that have been`() {
        var places = places(10)
        for number in 1...100_000 as ClosedRange<UInt64> {
            let group = AddressGroup("192.0.2.\(number % 200)")
            if case .insteadOf(let oldest) = places.place(in: group, hasToken: false) { places.remove(oldest) }
            places.add(id(number), in: group)
            places.set(id(number), isLoggedIn: true)
            places.set(id(number), isLoggedIn: false)
        }
        #expect(places.count <= 10)
        #expect(places.entriesKept < 200)
    }
}
