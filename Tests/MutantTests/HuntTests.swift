import Foundation
import Synchronization
import Testing

@testable import outcry_mutants

/// With a shell script where the simulator would be.
@Suite(.serialized) struct HuntTests {
    /// Finds `early` at seed 7, crashes with `crash` at every seed from 4 on, never sees `hidden`, sees `remote` over the wire
    /// only, and `odd` cannot be run.
    private static let script = """
        #!/bin/sh
        test "$1 $3 $5 $7" = "--seeds --first-seed --profile --quiet" || exit 64
        last=$(($4 + $2 - 1))
        case "$OUTCRY_MUTANT" in
        early) test $last -ge 7 && { echo "seed 7 failed: a fill was counted twice"; exec sleep 8; } ;;
        crash) test $last -ge 4 && { echo "Fatal error: corrupt"; kill -ILL $$; } ;;
        remote) test $6 = wire && { echo "seed 1 failed: it never arrived"; exit 1; } ;;
        odd) echo "no such option"; exit 2 ;;
        slow) exec sleep 8 ;;
        esac
        exit 0
        """

    private func withHunt<T>(secondsMax: Int = 20, _ body: (Hunt) throws -> T) throws -> T {
        let file = FileManager.default.temporaryDirectory.appending(path: "simulate-\(UUID().uuidString)")
        try Data(HuntTests.script.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(Hunt(simulator: file.path, firstSeed: 1, secondsMax: secondsMax))
    }

    @Test func `a seed that fails ends the hunt at once`() throws {
        let result = try withHunt { try $0.run("early", seeds: 100, profile: "mixed") }
        #expect(result == .found(seed: 7, by: "a fill was counted twice"))
    }

    @Test func `a crash is traced to its seed`() throws {
        let result = try withHunt { try $0.run("crash", seeds: 100, profile: "mixed") }
        #expect(result == .found(seed: 4, by: "crash, signal 4: Fatal error: corrupt"))
    }

    @Test func `what is not found in so many seeds survives`() throws {
        try withHunt { hunt in
            let results = try [("early", 6), ("hidden", 100), (nil, 100)].map {
                try hunt.run($0, seeds: $1, profile: "mixed")
            }
            #expect(results == [.survived, .survived, .survived])
        }
    }

    @Test func `a simulator that does not do what it is asked has found nothing`() throws {
        #expect(try withHunt { try $0.run("odd", seeds: 1, profile: "mixed") } == .failed("exit 2: no such option"))
        #expect(try withHunt(secondsMax: 1) { try $0.run("slow", seeds: 1, profile: "mixed") } == .timedOut)
    }

    @Test func `a mutant is looked for in the worlds of its profile`() throws {
        let text = "It breaks.\nfound within 9 seeds\n@ A\n- a\n+ $MUTANT"
        let mixed = try Mutant(name: "remote", text: text)
        let wire = try Mutant(name: "remote", text: "profile: wire\n" + text)
        let results = try withHunt { hunt in try [mixed, wire].map { try hunt.run($0) } }
        #expect(results == [.survived, .found(seed: 1, by: "it never arrived")])
    }

    @Test func `the table names those that were not found`() throws {
        let mutants = try ["early", "hidden", "odd"].map { name in
            try Mutant(name: name, text: "\(name) breaks.\nfound within 9 seeds\n@ A\n- a\n+ $MUTANT")
        }
        let said = Said()
        let survivors = try withHunt { hunt in HuntingTable(mutants, hunt) { said.append($0) }.fill(jobs: 2) }
        #expect(survivors == ["hidden", "odd"])
        #expect(
            said.lines.contains { $0.hasPrefix("early   mixed    7 of 9") && $0.hasSuffix("a fill was counted twice") })
        #expect(
            said.lines.contains { $0.hasPrefix("hidden  mixed    - of 9") && $0.hasSuffix("NOT FOUND. hidden breaks.") }
        )
        #expect(said.lines.contains { $0.hasSuffix("NO ANSWER: exit 2: no such option") })
    }
}

private final class Said: Sendable {
    private let said = Mutex<[String]>([])
    var lines: [String] { said.withLock { $0 } }
    func append(_ line: String) { said.withLock { $0.append(line) } }
}
