import Ledger
import OrderEngine
import Trading

/// Reads what is written, as it is written: an engine of its own that knows nothing but the records.
struct RecordObserver {
    private(set) var engine = OrderEngine()
    private(set) var last = RecordNumber.none
    /// Each record's own text, to see that it is still the same after a crash.
    private var texts: [String] = []

    /// Takes in the records that are new, and gives back the text of each.
    mutating func read(_ ledger: Ledger) throws -> [String] {
        guard try ledger.recordHead() > last else { return [] }
        var new: [String] = []
        var shadow = engine
        var newest = last
        try ledger.forEachRecord(after: last) { number, record in
            shadow.replay(record)
            newest = number
            new.append("\(number) \(record)")
        }
        engine = shadow
        last = newest
        texts += new
        return new
    }

    /// After a crash: all that was there must be there still; more may be.
    mutating func readAgain(_ ledger: Ledger) throws -> [String] {
        var found: [String] = []
        try ledger.forEachRecord { number, record in
            if number.rawValue <= texts.count { found.append("\(number) \(record)") }
        }
        for (index, text) in texts.enumerated() {
            guard index < found.count else {
                throw Violation(.recordsAreKept, expected: text, found: "nothing", "a record that was synced")
            }
            guard found[index] == text else {
                throw Violation(.recordsAreKept, expected: text, found: found[index], "a record that was synced")
            }
        }
        return try read(ledger)
    }
}
