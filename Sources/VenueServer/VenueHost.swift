import Exchange
import NIOCore
import NIOPosix
import Trading
import Venue

/// The venue on its event loop, with its disk, its tape and its connections. Touched on the loop alone.
final class VenueHost {
    private let venue: TapiVenue
    private let file: BooksFile?
    private let player: TapePlayer?
    private let onTapeEnd: @Sendable () -> Void
    private var isTapeEndTold = false
    private let clock: @Sendable () -> Timestamp
    private let loop: any EventLoop
    /// Time as the venue is told it: never back.
    private var newest = Timestamp(nanoseconds: .min)
    /// Answers that wait for the disk.
    private var waiting: [(VenueConnection, VenueReaction)] = []
    private var isFlushDue = false
    private var connections: [ObjectIdentifier: VenueConnection] = [:]
    private var isEnding = false
    /// Why the venue cannot go on, once it cannot.
    private var failure: (any Error)?
    private var failureWaiter: EventLoopPromise<any Error>?
    private var ending: EventLoopPromise<Void>?

    init(_ setup: VenueServer.Setup, _ loop: any EventLoop) throws {
        self.loop = loop
        clock = setup.clock
        venue = TapiVenue(setup.venue)
        file = try setup.booksPath.map { try BooksFile(path: $0) }
        for record in file?.records ?? [] {
            venue.replay(record)
            newest = max(newest, record.at)
        }
        newest = max(newest, setup.clock())
        venue.start(at: newest)
        let identity = venue.tapeIdentity
        let position = venue.tapeMark.map { mark in
            TapePosition(
                newestTapeTime: mark.time,
                tapes: [.init(identity: identity ?? setup.tapeName, rowsPlayed: mark.row)], isByName: identity == nil)
        }
        player = try setup.tape?(position, newest)
        onTapeEnd = setup.onTapeEnd
        if let tape = player?.position.tapes.first { venue.beginTape(tape.identity, at: newest) }
        try file?.append(venue.drainRecords())
    }

    private func now() -> Timestamp {
        newest = max(newest, clock())
        return newest
    }

    // MARK: Requests

    func take(_ request: VenueHTTPRequest, _ door: VenueDoor, from connection: VenueConnection) {
        let moment = now()
        let reaction: VenueReaction
        switch door {
        case .clients: reaction = venue.react(to: request, at: moment)
        case .control: reaction = .answer(venue.control(request, at: moment), afterNanoseconds: 0)
        }
        waiting.append((connection, reaction))
        flushSoon()
    }

    /// Syncs and answers once the loop has read all that it found at once.
    private func flushSoon() {
        guard !isFlushDue else { return }
        isFlushDue = true
        loop.assumeIsolated().execute { self.flush() }
    }

    private func flush() {
        isFlushDue = false
        defer { waiting = [] }
        guard save() else { return }
        for (connection, reaction) in waiting { connection.carryOut(reaction) }
    }

    /// False where it could not be saved: memory is ahead of the disk then, nothing may be answered, and only a restart
    /// makes them one again.
    private func save() -> Bool {
        guard failure == nil else { return false }
        let records = venue.drainRecords()
        do {
            try file?.append(records)
            return true
        } catch {
            fail(error)
            return false
        }
    }

    private func fail(_ error: any Error) {
        guard failure == nil else { return }
        failure = error
        failureWaiter?.succeed(error)
    }

    /// Comes when the venue cannot go on, or was stopped.
    func whenFailed() -> EventLoopFuture<any Error> {
        if let failure { return loop.makeSucceededFuture(failure) }
        let waiter = failureWaiter ?? loop.makePromise(of: (any Error).self)
        failureWaiter = waiter
        return waiter.futureResult
    }

    // MARK: The market

    /// Starts what goes by the clock.
    func begin() { tick() }

    private func tick() {
        guard !isEnding, failure == nil else { return }
        let moment = now()
        var isBehind = false
        do {
            isBehind = try playTape(at: moment)
        } catch {
            return fail(error)
        }
        venue.replenish(at: moment)
        guard save() else { return }
        var wait = isBehind ? 0 : TapiVenue.replenishNanoseconds
        if let due = player?.nextDue { wait = min(wait, max(due.nanoseconds(since: moment), 0)) }
        loop.assumeIsolated().scheduleTask(in: .nanoseconds(wait)) { self.tick() }
    }

    /// Plays what is due; whether something is left.
    private func playTape(at moment: Timestamp) throws(TapeError) -> Bool {
        guard let player else { return false }
        defer {
            if player.nextDue == nil, !isTapeEndTold {
                isTapeEndTold = true
                onTapeEnd()
            }
        }
        for _ in 0..<VenueLimits.tapeTradesAtOnceMax {
            guard let trade = try player.next(dueBy: moment) else { return false }
            let position = player.position
            let mark = VenueEntry.TapeMark(
                row: position.tapes.first?.rowsPlayed ?? 0, time: position.newestTapeTime)
            venue.play(trade, mark, at: moment)
        }
        return true
    }

    // MARK: Connections

    /// Whether there is room for one more.
    func add(_ connection: VenueConnection) -> Bool {
        guard !isEnding, connections.count < VenueLimits.connectionsMax else { return false }
        connections[ObjectIdentifier(connection)] = connection
        return true
    }

    func remove(_ connection: VenueConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if isEnding, connections.isEmpty { ending?.succeed() }
    }

    /// Ends every connection once it has its answer; done when all are gone, or after `endingSeconds`.
    func endAll() -> EventLoopFuture<Void> {
        let promise = ending ?? loop.makePromise(of: Void.self)
        ending = promise
        isEnding = true
        fail(VenueStopped())
        for connection in connections.values { connection.endWhenIdle() }
        if connections.isEmpty {
            promise.succeed()
        } else {
            loop.assumeIsolated().scheduleTask(in: .seconds(VenueLimits.endingSeconds)) {
                for connection in self.connections.values { connection.close() }
                promise.succeed()
            }
        }
        return promise.futureResult
    }
}

/// The venue was told to stop.
public struct VenueStopped: Error {}
