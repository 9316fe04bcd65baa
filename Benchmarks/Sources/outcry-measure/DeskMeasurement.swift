/// Durable orders a second, of the core alone and over sockets, beside raw rows of the same batches.
struct DeskMeasurement {
    private let options: MeasureOptions

    init(_ options: MeasureOptions) { self.options = options }

    private static let batches = [1, 10, 100]

    private struct Round {
        var raw = Samples()
        var rawRows = Samples()
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
                "\(batch)", round.raw.median.grouped, round.sockets.median.grouped,
                round.socketsRatio.median.fixed(3), round.median.median.fixed(2), round.worst.median.fixed(2))
        }
        orders.print(titled: "Durable orders of DeskCore.process (medians of \(options.rounds))")
        sockets.print(
            titled: "Durable orders over sockets, each connection with one under way (medians of \(options.rounds))")
    }

    private func measure(_ batch: Int, into round: inout Round) throws {
        let raw = try withScratchFolder(in: options.folder) { folder in
            let sqlite = try RawSQLite(folder + "/raw.db")
            return try rate(units: batch, seconds: options.seconds) { try sqlite.write(rows: batch) }
        }
        let (core, rowsPerOrder) = try withScratchFolder(in: options.folder) { folder in
            let bench = try DeskBench(sessions: batch, folder: folder)
            let before = try bench.rowsChanged()
            var orders = 0
            let core = try rate(units: batch, seconds: options.seconds) {
                try bench.batch()
                orders += batch
            }
            return (core, Double(try bench.rowsChanged() - before) / Double(orders))
        }
        let rowsPerBatch = Int((Double(batch) * rowsPerOrder).rounded())
        let rawRows = try withScratchFolder(in: options.folder) { folder in
            let sqlite = try RawSQLite(folder + "/raw.db")
            return try rate(units: rowsPerBatch, seconds: options.seconds) { try sqlite.write(rows: rowsPerBatch) }
        }
        let sockets = try withScratchFolder(in: options.folder) { folder in
            try SocketBench(connections: batch, seconds: options.seconds, folder: folder)
        }
        round.raw.add(raw)
        round.rawRows.add(rawRows)
        round.core.add(core)
        round.coreRatio.add(core / raw)
        round.coreRowsRatio.add(core * rowsPerOrder / rawRows)
        round.rowsPerOrder.add(rowsPerOrder)
        round.sockets.add(sockets.rate)
        round.socketsRatio.add(sockets.rate / raw)
        round.median.add(sockets.times.median)
        round.worst.add(sockets.times.percentile(0.99))
    }
}
