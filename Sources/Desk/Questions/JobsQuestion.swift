import Conversation
import OrderEngine
import Trading

/// `jobs`: what the desk does by itself, for an admin.
struct JobsQuestion: PlainQuestion {
    let desk: DeskView
    let line: AskedLine

    func reply() throws -> Reply {
        var table = Table([
            .init("job"), .init("exchange", isHidden: desk.seats.count == 1), .init("every"), .init("last run"),
            .init("took", .right), .init("runs", .right),
            .init("failed", .right), .init("last error", saidOnce: "last errors:"),
        ])
        var rows: [JSONValue] = []
        var lines: [String] = []
        let wired = asked.filter { $0.wire != nil }
        // The desk's own jobs are no exchange's.
        let own = JobBook.Job.allCases.filter { !$0.isOverTheWire && !line.isSeatNamed }.map {
            ($0, (any SeatReading)?.none)
        }
        let theirs = JobBook.Job.allCases.filter(\.isOverTheWire).flatMap { job in
            wired.map { (job, (any SeatReading)?.some($0)) }
        }
        for (job, seat) in theirs + own {
            let entry = (seat?.jobs ?? desk.jobs)[job]
            let every = interval(of: job)
            let progress = seat?.progress(of: job)
            let error = entry.lastError.map { words in
                "\(entry.lastErrorAt.map { zone.dateAndTime(of: $0) + " " } ?? "")\(words)"
            }
            table.append([
                job.rawValue, seat?.name ?? "", every.words,
                entry.lastEndedAt.map { zone.dateAndTime(of: $0) } ?? "not yet",
                entry.lastEndedAt == nil ? "" : JobInterval.words(nanoseconds: entry.lastTookNanoseconds),
                "\(entry.runs)", "\(entry.failures)", error ?? "none",
            ])
            rows.append([
                "job": .string(job.rawValue), "exchange": seat.map { .string($0.name) } ?? .null,
                "every_s": every.seconds.map { .int($0) } ?? .null,
                "last_run_at": entry.lastEndedAt?.json ?? .null,
                "took_us": entry.lastEndedAt == nil ? .null : .int(entry.lastTookNanoseconds / 1_000),
                "runs": .int(Int64(entry.runs)), "failures": .int(Int64(entry.failures)),
                "last_error": entry.lastError.map { .string($0) } ?? .null,
                "last_error_at": entry.lastErrorAt?.json ?? .null,
                "progress": progress?.json ?? .null,
            ])
            if let seat, let progress, !progress.isDone {
                lines.append("\(job.rawValue) at \(seat.name): \(progress.words(zone))")
            }
        }
        return Reply(
            mark: .answer,
            text: ([table.reply("= jobs, times in \(zone.name)")] + lines).joined(separator: "\n  "),
            fields: ["jobs": .array(rows)])
    }

    private func interval(of job: JobBook.Job) -> JobInterval {
        return switch job {
        case .pairs: .seconds(Int64(limits.pairsSeconds))
        case .tickers: .seconds(Int64(limits.tickerSeconds))
        case .openOrders, .fills: .seconds(Int64(limits.openOrdersSeconds))
        case .orderChecks: .amount("when in doubt")
        case .funds: .seconds(Int64(limits.fundsSeconds))
        case .transactions: .seconds(Int64(limits.transactionsSeconds))
        case .tradeHistory: .amount("once")
        case .tickerStore: .seconds(Int64(limits.tickerStoreSeconds))
        case .tickerThinning: .seconds(Upkeep.tickerThinningSeconds)
        case .fundsStore: .seconds(Int64(limits.fundsStoreSeconds))
        case .fundsThinning: .seconds(Upkeep.fundsThinningSeconds)
        case .tags, .operatorRequests: .seconds(Upkeep.lookSeconds)
        case .checkpoints: .amount("\(limits.checkpointPages) pages")
        case .snapshots: .amount("\(limits.snapshotRecords) records")
        }
    }
}

/// After how much time, or of what, a job is done again.
private enum JobInterval {
    case seconds(Int64)
    case amount(String)

    var seconds: Int64? { if case .seconds(let seconds) = self { seconds } else { nil } }

    var words: String {
        switch self {
        case .seconds(let seconds): DurationText.exact(seconds: seconds)
        case .amount(let words): words
        }
    }

    /// How long it took: `350us`, `35ms`, `1200ms`.
    static func words(nanoseconds: Int64) -> String {
        nanoseconds < 1_000_000 ? "\(nanoseconds / 1_000)us" : "\(nanoseconds / 1_000_000)ms"
    }
}
