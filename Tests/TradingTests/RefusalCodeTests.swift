import Testing
import Trading

@Suite struct RefusalCodeTests {
    /// Permanent: scripts keep either. Add lines; change none.
    static let table: [(RefusalCode, UInt16, String)] = [
        (.unknownCommand, 1, "unknown_command"),
        (.unexpectedWord, 2, "unexpected_word"),
        (.missingWord, 3, "missing_word"),
        (.badNumber, 4, "bad_number"),
        (.badTime, 5, "bad_time"),
        (.badDuration, 6, "bad_duration"),
        (.badRange, 7, "bad_range"),
        (.badTag, 8, "bad_tag"),
        (.lineTooLong, 9, "line_too_long"),
        (.notUTF8, 10, "not_utf8"),
        (.badMessage, 11, "bad_message"),
        (.unknownPair, 12, "unknown_pair"),
        (.unknownCoin, 13, "unknown_coin"),
        (.unknownSetting, 14, "unknown_setting"),
        (.unknownPage, 15, "unknown_page"),
        (.notYet, 16, "not_yet"),
        (.unknownExchange, 17, "unknown_exchange"),
        (.notLoggedIn, 20, "not_logged_in"),
        (.loginFailed, 21, "login_failed"),
        (.loginWait, 22, "login_wait"),
        (.alreadyLoggedIn, 23, "already_logged_in"),
        (.notAllowed, 24, "not_allowed"),
        (.tagReused, 25, "tag_reused"),
        (.passwordMismatch, 26, "password_mismatch"),
        (.passwordTooWeak, 27, "password_too_weak"),
        (.unknownToken, 28, "unknown_token"),
        (.nameTaken, 29, "name_taken"),
        (.tooFast, 30, "too_fast"),
        (.messageTooLong, 31, "message_too_long"),
        (.tooManySessions, 32, "too_many_sessions"),
        (.tooManyWaiting, 33, "too_many_waiting"),
        (.accountDisabled, 34, "account_disabled"),
        (.unknownUser, 35, "unknown_user"),
        (.noMasterKey, 36, "no_master_key"),
        (.keyRefused, 37, "key_refused"),
        (.keyInUse, 38, "key_in_use"),
        (.noKey, 39, "no_key"),
        (.unknownOrder, 40, "unknown_order"),
        (.orderFinished, 41, "order_finished"),
        (.insufficientFunds, 42, "insufficient_funds"),
        (.belowMinimum, 43, "below_minimum"),
        (.offTick, 44, "off_tick"),
        (.offStep, 45, "off_step"),
        (.outOfRange, 46, "out_of_range"),
        (.noMarket, 47, "no_market"),
        (.timePassed, 48, "time_passed"),
        (.wouldTrade, 49, "would_trade"),
        (.cannotFill, 50, "cannot_fill"),
        (.selfTrade, 51, "self_trade"),
        (.tooManyOrders, 52, "too_many_orders"),
        (.tooManyChildren, 53, "too_many_children"),
        (.triggerPassed, 54, "trigger_passed"),
        (.notPaired, 55, "not_paired"),
        (.contraNotReady, 56, "contra_not_ready"),
        (.conflictingWords, 57, "conflicting_words"),
        (.exchangeRejected, 58, "exchange_rejected"),
        (.unknownAnswer, 59, "unknown_answer"),
        (.cancelUnderWay, 60, "cancel_under_way"),
        (.ordersOpen, 61, "orders_open"),
        (.cannotMove, 62, "cannot_move"),
        (.beyondGuard, 63, "beyond_guard"),
        (.dailyLimit, 64, "daily_limit"),
        (.pairNotAllowed, 65, "pair_not_allowed"),
        (.noPreview, 66, "no_preview"),
        (.marketMoved, 67, "market_moved"),
        (.nothingToUndo, 68, "nothing_to_undo"),
        (.inPanic, 69, "in_panic"),
        (.unknownAlias, 70, "unknown_alias"),
        (.aliasTooDeep, 71, "alias_too_deep"),
        (.tooManyAliases, 72, "too_many_aliases"),
        (.wrongCode, 73, "wrong_code"),
        (.twoFactorUnchanged, 74, "two_factor_unchanged"),
        (.ledgerFailed, 80, "ledger_failed"),
        (.shuttingDown, 81, "shutting_down"),
        (.paperOnly, 82, "paper_only"),
        (.exchangeUnavailable, 83, "exchange_unavailable"),
        (.unknownSequence, 84, "unknown_sequence"),
        (.reconciling, 85, "reconciling"),
        (.feedStale, 86, "feed_stale"),
        (.unknownAlert, 90, "unknown_alert"),
        (.tooManyAlerts, 91, "too_many_alerts"),
        (.alreadyCrossed, 92, "already_crossed"),
        (.tooManyDownloads, 93, "too_many_downloads"),
    ]

    @Test(arguments: table)
    func `every code keeps its number and its name`(code: RefusalCode, number: UInt16, name: String) {
        #expect(code.rawValue == number)
        #expect(code.name == name)
    }

    @Test func `every code is in the table, once`() {
        #expect(Self.table.map(\.0) == RefusalCode.allCases)
        #expect(Set(Self.table.map(\.1)).count == Self.table.count)
        #expect(Set(Self.table.map(\.2)).count == Self.table.count)
    }
}
