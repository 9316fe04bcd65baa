public import OrderEngine

/// All limits of the desk and its engine in one place: each has a name with its unit, and is a setting.
public struct Limits: Sendable {
    public var desk = DeskLimits()
    public var engine = EngineLimits()

    public init() {}

    /// A limit as `outcry config` shows it.
    public struct Described: Hashable, Sendable {
        public let name: String
        public let value: Int

        public init(name: String, value: Int) {
            self.name = name
            self.value = value
        }
    }

    /// Every limit with its value, in the order of their documentation.
    public var described: [Described] {
        Limits.deskLimits.map { Described(name: $0.name, value: desk[keyPath: $0.path]) }
            + Limits.engineLimits.map { Described(name: $0.name, value: engine[keyPath: $0.path]) }
    }

    /// Sets a limit by its name. False, and nothing changed, for an unknown name or a value that it cannot have.
    public mutating func set(_ name: String, to value: Int) -> Bool {
        guard (1...1_000_000_000).contains(value) else { return false }
        if let limit = Limits.deskLimits.first(where: { $0.name == name }) {
            desk[keyPath: limit.path] = value
            return true
        }
        if let limit = Limits.engineLimits.first(where: { $0.name == name }) {
            engine[keyPath: limit.path] = value
            return true
        }
        return false
    }

    /// What two limits make impossible together, in words; nil where they go together.
    public var problem: String? {
        guard desk.tickerSeconds >= desk.feedStaleSeconds else { return nil }
        return "ticker_s (\(desk.tickerSeconds)) has to be below feed_stale_s (\(desk.feedStaleSeconds)):"
            + " prices that are asked for so seldom are too old to trade by before the next is there"
    }

    private static var deskLimits: [(name: String, path: WritableKeyPath<DeskLimits, Int>)] {
        [
            ("account_sessions", \.accountSessions), ("login_s", \.loginSeconds),
            ("logins_waiting", \.loginsWaiting), ("address_logins_waiting", \.addressLoginsWaiting),
            ("registrations_per_hour", \.registrationsPerHour),
            ("session_lines_waiting", \.sessionLinesWaiting), ("turn_rows", \.turnRows), ("batch_rows", \.batchRows),
            ("address_registrations_per_hour", \.addressRegistrationsPerHour),
            ("reply_s", \.replySeconds), ("resume_notifications", \.resumeBatch), ("resume_bytes", \.resumeBytes),
            ("answer_rows", \.answerRows), ("alerts", \.alertsMax),
            ("funds_store_s", \.fundsStoreSeconds), ("funds_points_d", \.fundsPointsDays),
            ("funds_days_d", \.fundsDaysDays), ("funds_store_burst_rows", \.fundsStoreBurst),
            ("downloads", \.downloads), ("download_s", \.downloadSeconds), ("download_rows", \.downloadRows),
            ("downloads_bytes", \.downloadsBytes), ("download_burst_rows", \.downloadBurst),
            ("tag_memory_h", \.tagMemoryHours), ("tag_reply_bytes", \.tagReplyBytes),
            ("tags_pruned_rows", \.tagsPruned), ("account_bytes_day", \.accountBytesADay),
            ("account_finished_orders", \.accountFinishedOrders), ("pruned_rows", \.prunedRows),
            ("alias_count", \.aliasCount), ("alias_depth", \.aliasDepth),
            ("watch_interval_ms", \.watchIntervalMilliseconds),
            ("snapshot_records", \.snapshotRecords), ("checkpoint_pages", \.checkpointPages),
            ("inbox_inputs", \.inboxInputs), ("batch_inputs", \.batchInputs),
            ("tape_burst_trades", \.tapeBurst), ("answer_s", \.answerSeconds), ("ask_again_s", \.askAgainSeconds),
            ("contradiction_s", \.contradictionSeconds),
            ("open_orders_s", \.openOrdersSeconds), ("status_burst", \.statusBurst), ("fills_page", \.fillsPage),
            ("transactions_page", \.transactionsPage), ("transactions_s", \.transactionsSeconds),
            ("transactions_fresh_s", \.transactionsFreshSeconds), ("transaction_checks", \.transactionChecks),
            ("account_foreign_trades", \.accountForeignTrades),
            ("fills_overlap_s", \.fillsOverlapSeconds), ("funds_s", \.fundsSeconds),
            ("funds_fresh_s", \.fundsFreshSeconds), ("pairs_s", \.pairsSeconds),
            ("ticker_s", \.tickerSeconds), ("feed_stale_s", \.feedStaleSeconds), ("foreign_kept", \.foreignKept),
            ("key_checks", \.keyChecks), ("audit_rows", \.auditRows), ("audit_d", \.auditDays),
            ("ticker_store_s", \.tickerStoreSeconds),
            ("disk_low_mib", \.diskLowMebibytes), ("disk_stop_mib", \.diskStopMebibytes),
            ("disk_check_s", \.diskCheckSeconds),
            ("ticker_points_d", \.tickerPointsDays), ("ticker_hours_d", \.tickerHoursDays),
        ]
    }

    private static var engineLimits: [(name: String, path: WritableKeyPath<EngineLimits, Int>)] {
        [
            ("open_orders", \.openOrdersMax), ("sliced_children", \.slicedChildrenMax),
            ("decision_orders", \.decisionOrdersMax), ("finished_orders_kept", \.finishedOrdersKept),
            ("clock_difference_ms", \.clockDifferenceMilliseconds),
        ]
    }
}
