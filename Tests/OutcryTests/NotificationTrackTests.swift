import Conversation
import Foundation
import Testing
import Trading

@testable import outcry

/// A message of the other kind.
struct OtherMessage: Error {}

/// A notification as the server would send it.
func notification(_ sequence: UInt64) throws -> ServerNotification {
    let text = #"{"type":"event","seq":\#(sequence),"at":"","event":"opened","text":"* #\#(sequence) opened"}"#
    guard case .event(let event) = try ServerMessage(text) else { throw OtherMessage() }
    return event
}

func reply(_ json: String) throws -> ServerReply {
    guard case .reply(let reply) = try ServerMessage(json) else { throw OtherMessage() }
    return reply
}

func event(_ json: String) throws -> ServerNotification {
    guard case .event(let event) = try ServerMessage(json) else { throw OtherMessage() }
    return event
}

private func numbers(_ shown: [NotificationTrack.Shown]) -> [UInt64] {
    shown.compactMap { if case .notification(let event) = $0 { event.sequence } else { nil } }
}

@Suite struct `Which notifications have been shown` {
    @Test func `each is shown once`() throws {
        var track = NotificationTrack(account: "demo", next: 5)
        #expect(numbers(track.take(try notification(5))) == [5])
        #expect(numbers(track.take(try notification(5))) == [])
        #expect(numbers(track.take(try notification(4))) == [])
        #expect(numbers(track.take(try notification(6))) == [6])
        #expect(track.next == 7 && !track.hasGap)
    }

    @Test func `what comes too early waits for what was missed`() throws {
        var track = NotificationTrack(account: "demo", next: 5)
        #expect(track.resumeLine() == "resume 5")
        // Live, before the answer.
        #expect(track.take(try notification(8)).isEmpty)
        let (shown, line) = track.resumed(
            try reply(#"{"type":"reply","id":null,"ok":true,"text":"+ 3","from":5,"count":3,"more":false,"next":8}"#))
        #expect(shown.isEmpty && line == nil)
        #expect(numbers(track.take(try notification(5))) == [5])
        #expect(numbers(track.take(try notification(6))) == [6])
        #expect(!track.isLive)
        #expect(numbers(track.take(try notification(7))) == [7, 8])
        #expect(track.isLive && !track.hasGap)
    }

    @Test func `what the trader asks to see again is shown, each once, beside what is new`() throws {
        var track = NotificationTrack(account: "demo", next: 9)
        #expect(numbers(track.take(try notification(4))) == [])
        let more = track.replaying(
            try reply(#"{"type":"reply","id":null,"ok":true,"text":"+ 3","from":2,"count":3,"more":true,"next":6}"#))
        #expect(more == "resume 6" && track.replaysLeft == 3)
        #expect(numbers(track.take(try notification(2))) == [2])
        #expect(numbers(track.take(try notification(3))) == [3])
        #expect(numbers(track.take(try notification(5))) == [5])
        #expect(numbers(track.take(try notification(5))) == [])
        let last = track.replaying(
            try reply(#"{"type":"reply","id":null,"ok":true,"text":"+ 4","from":6,"count":4,"more":false,"next":10}"#))
        #expect(last == nil)
        for number: UInt64 in 6...9 { #expect(numbers(track.take(try notification(number))) == [number]) }
        #expect(track.replaysLeft == 0 && track.next == 10 && track.isLive)
        // The end of a panic, and nothing to resume, announce nothing.
        #expect(track.replaying(try reply(#"{"type":"reply","ok":true,"text":"+ resumed"}"#)) == nil)
        #expect(
            track.replaying(try reply(#"{"type":"reply","ok":true,"text":"+","from":1,"count":0,"more":false}"#)) == nil
        )
        #expect(track.replaysLeft == 0)
    }

    @Test func `batches follow one another until all is there`() throws {
        var track = NotificationTrack(account: "demo", next: 1)
        _ = track.resumeLine()
        let first = track.resumed(
            try reply(#"{"type":"reply","id":null,"ok":true,"text":"+ 2","from":1,"count":2,"more":true,"next":3}"#))
        #expect(first.line == "resume 3")
        #expect(numbers(track.take(try notification(1))) + numbers(track.take(try notification(2))) == [1, 2])
        let last = track.resumed(
            try reply(#"{"type":"reply","id":null,"ok":true,"text":"+ 1","from":3,"count":1,"more":false,"next":4}"#))
        #expect(last.line == nil && !track.isLive)
        #expect(numbers(track.take(try notification(3))) == [3])
        #expect(track.isLive)
    }

    @Test func `a gap is noticed, asked for, and told where it stays`() throws {
        var track = NotificationTrack(account: "demo", next: 1)
        #expect(track.take(try notification(3)).isEmpty)
        #expect(track.hasGap)
        #expect(track.resumeLine() == "resume 1")
        let (shown, _) = track.resumed(
            try reply(#"{"type":"reply","id":null,"ok":true,"text":"+ nothing","from":1,"count":0,"more":false}"#))
        #expect(shown == [.missing(1...2), .notification(try notification(3))])
        #expect(track.next == 4 && track.isLive)
    }

    @Test func `whatever order they come in, each is shown once and in order`() throws {
        let seed = ProcessInfo.processInfo.environment["OUTCRY_SEED"].flatMap { UInt64($0) } ?? 1
        var chance = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let head = UInt64.random(in: 3...40, using: &chance)
            let next = UInt64.random(in: 1...head, using: &chance)
            var track = NotificationTrack(account: "demo", next: next)
            _ = track.resumeLine()
            var shown: [UInt64] = []
            // Live ones overtake the replay, in part.
            let live = UInt64.random(in: 0...5, using: &chance)
            let early = UInt64.random(in: 0...live, using: &chance)
            for number in head..<head + early { shown += numbers(track.take(try notification(number))) }
            shown += numbers(
                track.resumed(
                    try reply(
                        #"{"type":"reply","id":null,"ok":true,"text":"+","count":1,"more":false,"next":\#(head)}"#)
                ).shown)
            for number in next..<head { shown += numbers(track.take(try notification(number))) }
            // Some of them twice.
            for number in head..<head + live { shown += numbers(track.take(try notification(number))) }
            #expect(shown == Array(next..<head + live) && !track.hasGap, "seed \(seed)")
        }
    }
}
