import Foundation
import Glibc
import Testing

/// A wall clock that is set while a program runs: a library before the system's own, which adds to CLOCK_REALTIME what a file
/// says. The monotonic clocks stay as they are, as they do where somebody sets a machine's clock.
final class SetClock {
    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>

        static volatile int64_t *shift;

        __attribute__((constructor)) static void open_shift(void) {
            const char *path = getenv("CLOCK_SHIFT");
            int file = path ? open(path, O_RDONLY) : -1;
            if (file < 0) return;
            void *page = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
            if (page != MAP_FAILED) shift = page;
            close(file);
        }

        int clock_gettime(clockid_t clock, struct timespec *time) {
            if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
            if (clock != CLOCK_REALTIME || !shift) return 0;
            int64_t nanoseconds = time->tv_nsec + *shift % 1000000000;
            time->tv_sec += *shift / 1000000000 + (nanoseconds >= 1000000000) - (nanoseconds < 0);
            time->tv_nsec = (nanoseconds + 1000000000) % 1000000000;
            return 0;
        }
        """

    private let shift: URL
    /// Shell to run before the program.
    let shell: String

    init(in folder: URL) throws {
        let (source, library) = (folder.appending(path: "clock.c"), folder.appending(path: "clock.so"))
        shift = folder.appending(path: "shift")
        try Data(SetClock.source.utf8).write(to: source)
        try Data(count: 8).write(to: shift)
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        // The one that comes with Swift: a machine need not have another.
        compiler.arguments = ["clang", "-shared", "-fPIC", "-O1", "-o", library.path, source.path]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw Unexpected("no C compiler for the clock") }
        shell = "export LD_PRELOAD='\(library.path)' CLOCK_SHIFT='\(shift.path)'"
    }

    /// Sets the clock so far from the machine's own.
    func set(milliseconds: Int64) throws {
        var nanoseconds = (milliseconds * 1_000_000).littleEndian
        let file = try FileHandle(forWritingTo: shift)
        try file.write(contentsOf: withUnsafeBytes(of: &nanoseconds) { Data($0) })
        try file.close()
    }
}

extension `The server` {
    @Suite struct `whose machine's clock is set` {
        private func health(_ desk: DeskUnderTest) throws -> [String: Any] {
            let answer = try RawSocket(port: desk.port).request("/health")
            guard let fields = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any] else {
                throw Unexpected("/health answers \(answer)")
            }
            return fields
        }

        /// What is told comes a moment before what `/health` says.
        private func expectHealth(_ desk: DeskUnderTest, _ clock: String) throws {
            for _ in 0..<500 {
                if try health(desk)["clock"] as? String == clock { return }
                Thread.sleep(forTimeInterval: 0.02)
            }
            #expect(try health(desk)["clock"] as? String == clock)
        }

        /// The desk's time, as text that sorts.
        private func time(_ trader: Trader) throws -> String {
            let reply = try trader.ask("time").raw
            guard let time = reply.split(separator: "\"time\":\"").last?.prefix(24) else { throw Unexpected(reply) }
            return String(time)
        }

        private func number(_ name: String, _ message: ChatMessage) throws -> Int {
            let fields = try JSONSerialization.jsonObject(with: Data(message.raw.utf8)) as? [String: Any]
            return try #require(fields?[name] as? Int, "\(message.raw)")
        }

        @Test func `back by an hour and forward again, it goes on, expires each order once at its time, and says so`()
            throws
        {
            let desk = try DeskUnderTest()
            let clock = try SetClock(in: desk.folder)
            try desk.add("ann", role: "admin", funds: "1000 usd")
            try desk.start(
                DeskUnderTest.unhurried + [
                    "--tape", "synthetic", "--speed", "5000", "--loop", "--limit", "watch_interval_ms=100",
                ], before: clock.shell)
            let ann = try desk.logIn("ann")
            try ann.ask("watch btc_usd")
            try ann.event("price")
            try expectHealth(desk, "good")
            let short = try #require(try ann.ask("buy 0.01 btc_usd at 1 for 2s").order)
            let long = try #require(try ann.ask("buy 0.01 btc_usd at 1 for 30m").order)
            let before = try time(ann)

            try clock.set(milliseconds: -3_600_000)
            let step = try ann.event("clock_step")
            #expect(abs(try number("step_ms", step) + 3_600_000) < 1_000)
            #expect(
                step.text.hasPrefix("* the server's clock was set back by 1h: the desk's time goes on, 1h ahead of it"),
                "\(step.text)")
            try expectHealth(desk, "ahead")
            #expect(try time(ann) >= before)
            // An hour from now on a clock that waits for the machine's.
            try ann.event("expired", order: short.id)
            // The tape plays on: nothing else makes new prices.
            let prices = ann.events.count { $0.event == "price" }
            for _ in 0..<1_000 where ann.events.count(where: { $0.event == "price" }) < prices + 2 {
                Thread.sleep(forTimeInterval: 0.02)
            }
            #expect(ann.events.count { $0.event == "price" } >= prices + 2)
            #expect(!ann.events.contains { $0.event == "expired" && $0.order?.id == long.id })
            #expect(try desk.user(["list"]).contains("ann"))

            let early = try time(ann)
            try clock.set(milliseconds: 3_600_000)
            // Half an hour has passed for whoever asks the clock.
            try ann.event("expired", order: long.id)
            try ann.ask("time")
            #expect(ann.events.count { $0.event == "expired" } == 2)
            #expect(try time(ann) > early)
            let steps = ann.events.filter { $0.event == "clock_step" }
            #expect(steps.count == 2 && steps[1].text.hasPrefix("* the server's clock was set forward by "))
            try expectHealth(desk, "good")
            #expect(desk.log.contains("the machine's clock was set back by "))
            let audit = try ProgramRun(["audit", "--database", desk.database], in: desk.folder)
            #expect(try audit.ending() == .exit(0))
            #expect(audit.said.components(separatedBy: "event=clock_stepped").count == 3)
        }

        @Test func `back by little, it slows down until they are together, and says that too`() throws {
            let desk = try DeskUnderTest()
            let clock = try SetClock(in: desk.folder)
            try desk.add("ann", role: "admin")
            try desk.start(before: clock.shell)
            let ann = try desk.logIn("ann")
            try clock.set(milliseconds: -200)
            try ann.event("clock_step")
            try ann.event("clock_good")
            try expectHealth(desk, "good")
            #expect(ann.events.count { $0.event == "clock_step" } == 1)
        }

        @Test func `back while it was killed, it begins where it was`() throws {
            let desk = try DeskUnderTest()
            let clock = try SetClock(in: desk.folder)
            try desk.add("ann", role: "admin", funds: "1000 usd")
            try desk.start(before: clock.shell)
            let ann = try desk.logIn("ann")
            try ann.ask("buy 0.01 btc_usd at 1 for 2s")
            let before = try time(ann)
            try desk.stop(SIGKILL)
            try clock.set(milliseconds: -3_600_000)
            try desk.start(before: clock.shell)
            let again = try desk.logIn("ann")
            // The last moment that the database knows is not the last one of the desk, but it is near.
            #expect(try time(again).prefix(13) >= before.prefix(13))
            try again.ask("resume 1")
            try again.event("expired")
            try expectHealth(desk, "ahead")
        }
    }
}
