import Ledger
import OrderEngine
import OutcryMeasuring
import Trading

/// The ledger's transactions of 1 to 1,000 records beside raw rows of the same batches.
struct DiskMeasurement {
    private let options: MeasureOptions

    init(_ options: MeasureOptions) { self.options = options }

    private static let batches = [1, 10, 100, 1_000]

    func run() throws {
        var raw: [Int: Samples] = [:]
        var records: [Int: Samples] = [:]
        var ratios: [Int: Samples] = [:]
        for _ in 0..<options.rounds {
            for batch in DiskMeasurement.batches {
                let (rawRate, recordRate) = try withScratchFolder(in: options.folder) { folder in
                    let sqlite = try RawSQLite(folder + "/raw.db")
                    let ledger = try Ledger(path: folder + "/ledger.db")
                    var next: UInt64 = 1
                    return try rates(units: (batch, batch), seconds: options.seconds) {
                        try sqlite.write(rows: batch)
                    } _: {
                        try ledger.transaction { transaction in
                            for _ in 0..<batch {
                                try transaction.append(.orderPlaced(sampleOrder(next)))
                                next += 1
                            }
                        }
                    }
                }
                raw[batch, default: Samples()].add(rawRate)
                records[batch, default: Samples()].add(recordRate)
                ratios[batch, default: Samples()].add(recordRate / rawRate)
            }
        }
        var table = FigureTable("rows a transaction", "raw rows/s", "records/s", "records to raw")
        for batch in DiskMeasurement.batches {
            table.add(
                "\(batch)", raw[batch]?.median.grouped ?? "", records[batch]?.median.grouped ?? "",
                ratios[batch]?.median.fixed(2) ?? "")
        }
        table.print(titled: "Ledger: records of a placed order, beside raw SQLite rows (medians of \(options.rounds))")
    }
}
