import OutcryMeasuring

/// Durable orders a second, of the core alone and over sockets, beside raw rows of the same batches.
struct DeskMeasurement {
    private let options: MeasureOptions

    init(_ options: MeasureOptions) { self.options = options }

    private static let batches = [1, 10, 100]

    private struct Round {
        var raw = Samples()
        var rawRows = Samples()
        var rawAround = Samples()
        var core = Samples()
        var sockets = Samples()
        var coreRatio = Samples()
        var socketsRatio = Samples()
        var coreRowsRatio = Samples()
        var rowsPerOrder = Samples()
        var median = Samples()
        var worst = Samples()
    }

    func run() throws {
        var rounds: [Int: Round] = [:]
        for _ in 0..<options.rounds {
            for batch in DeskMeasurement.batches { try measure(batch, into: &rounds[batch, default: Round()]) }
        }
        var orders = FigureTable(
            "batch", "raw rows/s", "core orders/s", "to raw", "rows an order", "raw rows/s, as many an order",
            "core rows to those")
        var sockets = FigureTable(
            "connections", "raw rows/s, batch the same", "orders/s", "to raw", "median ms", "99th percentile ms")
        for batch in DeskMeasurement.batches {
            guard let round = rounds[batch] else { continue }
            orders.add(
                "\(batch)", round.raw.median.grouped, round.core.median.grouped, round.coreRatio.median.fixed(3),
                round.rowsPerOrder.median.fixed(2), round.rawRows.median.grouped, round.coreRowsRatio.median.fixed(2))
            sockets.add(
                "\(batch)", round.rawAround.median.grouped, round.sockets.median.grouped,
                round.socketsRatio.median.fixed(3), round.median.median.fixed(2), round.worst.median.fixed(2))
        }
        orders.print(titled: "Durable orders of DeskCore.process (medians of \(options.rounds))")
        sockets.print(
            titled: "Durable orders over sockets, each connection with one under way (medians of \(options.rounds))")
    }

    private func measure(_ batch: Int, into round: inout Round) throws {
        let rowsPerOrder = try self.rowsPerOrder(batch)
        let rowsPerBatch = Int((Double(batch) * rowsPerOrder).rounded())
        let (raw, core) = try self.core(beside: batch, batch)
        let (rawRows, coreAgain) = try self.core(beside: rowsPerBatch, batch)
        let (before, sockets, after) = try withScratchFolder(in: options.folder) { folder in
            let sqlite = try RawSQLite(folder + "/raw.db")
            // Half before and half after the sockets, whose load cannot take turns with it.
            let half = { try rate(units: batch, seconds: options.seconds / 2) { try sqlite.write(rows: batch) } }
            let before = try half()
            let sockets = try SocketBench(connections: batch, seconds: options.seconds, folder: folder)
            return (before, sockets, try half())
        }
        let rawAround = (before + after) / 2
        round.raw.add(raw)
        round.rawRows.add(rawRows)
        round.core.add(core)
        round.coreRatio.add(core / raw)
        round.coreRowsRatio.add(coreAgain * rowsPerOrder / rawRows)
        round.rowsPerOrder.add(rowsPerOrder)
        round.sockets.add(sockets.rate)
        round.rawAround.add(rawAround)
        round.socketsRatio.add(sockets.rate / rawAround)
        round.median.add(sockets.times.median)
        round.worst.add(sockets.times.percentile(0.99))
    }

    /// Rows inserted, updated or deleted for one order, housekeeping and indexes apart.
    private func rowsPerOrder(_ batch: Int) throws -> Double {
        try withScratchFolder(in: options.folder) { folder in
            let bench = try DeskBench(sessions: batch, folder: folder)
            try bench.batch()
            let before = try bench.rowsChanged()
            for _ in 0..<10 { try bench.batch() }
            return Double(try bench.rowsChanged() - before) / Double(10 * batch)
        }
    }

    /// Raw rows and orders a second, in turn.
    private func core(beside rawRows: Int, _ batch: Int) throws -> (raw: Double, core: Double) {
        try withScratchFolder(in: options.folder) { folder in
            let sqlite = try RawSQLite(folder + "/raw.db")
            let bench = try DeskBench(sessions: batch, folder: folder)
            let found = try rates(units: (rawRows, batch), seconds: options.seconds) {
                try sqlite.write(rows: rawRows)
            } _: {
                try bench.batch()
            }
            return (found.first, found.second)
        }
    }
}
