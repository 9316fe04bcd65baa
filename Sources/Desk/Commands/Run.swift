import CommandGrammar
import Conversation
import Trading

extension DeskCore {
    /// Runs a command. Nil where the reply comes later.
    func run(_ command: Command, _ context: LineContext) throws -> Reply? {
        if let question = try askCode(for: command, context) { return question }
        if command.makesOrder {
            try requireNoPanic(context)
            let (seat, account) = (try spendingSeat(of: command, context), try context.account())
            // The right may have been given back since.
            if seat.mayNotTrade(account), try waitForFunds(.funds, at: [seat], command, context) { return nil }
            try seat.requireKeyMayTrade(account)
        }
        return try runWithFunds(command, context)
    }

    /// Runs a command with what is known.
    func runKnown(_ command: Command, _ context: LineContext) throws -> Reply? {
        switch command {
        case .login(let method): return try runLogin(method, context)
        case .register(let user, let password): return try runRegister(user, password, context)
        case .logout: return try runLogout(context)
        case .quit: return try runQuit(context)
        case .whoami: return try answer(WhoamiQuestion(desk: view, line: context.asked), context)
        case .password(let keepsTokens): return try runPassword(keepsTokens: keepsTokens, context)
        case .tokenNew(let name, let scope, let lifetime):
            return try runTokenNew(name, scope, lifetimeSeconds: lifetime, context)
        case .tokens: return try answer(TokensQuestion(desk: view, line: context.asked), context)
        case .tokenDrop(let name): return try runTokenDrop(name, context)

        case .place(let order): return try runPlace(order, context)
        case .contra(let order, let price, let isAnyway):
            return try runContra(order, price, overridesGuard: isAnyway, at(order, context))
        case .move(let order, let change, let isAnyway):
            return try runMove(order, change, overridesGuard: isAnyway, at(order, context))
        case .preview(let command, let line): return try runPreview(command, line, context)
        case .go: return try runGo(context)
        case .undo: return try runUndo(context)
        case .panic: return try runPanic(context)
        case .resume(from: nil): return try runLiftPanic(context)
        case .why(let order): return try answer(WhyQuestion(desk: view, line: context.asked, id: order), context)
        case .aliases: return try answer(AliasesQuestion(desk: view, line: context.asked), context)
        case .alias(let name, let command): return try runAlias(name, command, context)
        case .aliasDrop(let name): return try runAliasDrop(name, context)
        case .twoFactor(let change): return try runTwoFactor(change, context)
        case .cancel(.foreign(let id)): return try runCancelForeign(id, context)
        case .cancel(let target): return try runCancel(target, context)
        case .orders(let kind, let pair):
            return try answer(OrdersQuestion(desk: view, line: context.asked, kind: kind, pair: pair?.value), context)
        case .orderDetail(let order):
            return try answer(OrderDetailQuestion(desk: view, line: context.asked, id: order), context)
        case .report(let query):
            return try answer(ReportQuestion(desk: view, line: context.asked, query: query), context)
        case .fund(let coin):
            return try answer(FundQuestion(desk: view, line: context.asked, coin: coin.value), context)
        case .summary: return try answer(SummaryQuestion(desk: view, line: context.asked), context)
        case .reportDrift: return try runReportDrift(context)
        case .funds: return try answer(FundsQuestion(desk: view, line: context.asked), context)
        case .trades(let query):
            return try answer(TradesQuestion(desk: view, line: context.asked, query: query), context)
        case .transactions(let query): return try runTransactions(query, context)

        case .price(let pair):
            return try answer(PriceQuestion(desk: view, line: context.asked, pair: pair?.value), context)
        case .export(let query): return try runExport(query, context)
        case .depth(let pair, let rows):
            return try answer(DepthQuestion(desk: view, line: context.asked, pair: pair.value, rows: rows), context)
        case .tape(let pair, let rows):
            return try answer(TapeQuestion(desk: view, line: context.asked, pair: pair.value, rows: rows), context)
        case .pairs: return try answer(PairsQuestion(desk: view, line: context.asked), context)
        case .fee(let pair): return try answer(FeeQuestion(desk: view, line: context.asked, pair: pair.value), context)
        case .alert(let pair, let direction, let price): return try runAlert(pair, direction, price, context)
        case .alerts: return try answer(AlertsQuestion(desk: view, line: context.asked), context)
        case .alertDrop(let number): return try runAlertDrop(number, context)
        case .chart(let subject, let duration):
            return try answer(
                ChartQuestion(desk: view, line: context.asked, subject: subject, seconds: duration), context)
        case .watch(let pairs): return try runWatch(pairs.map(\.value), context)
        case .unwatch(let pairs): return try runUnwatch(pairs?.map(\.value), context)

        case .inbox(let count): return try runInbox(count, context)
        case .resume(from: .some(let sequence)): return try runResume(sequence, context)
        case .settings: return try answer(SettingsQuestion(desk: view, line: context.asked), context)
        case .set(let name, let value): return try runSet(name, value, context)
        case .keys(let exchange):
            return try answer(KeysQuestion(desk: view, line: context.asked, name: exchange), context)
        case .keysSet(let exchange, let key, let secret):
            return try runKeysSet(exchange, key: key, secret: secret, context)
        case .keysDrop(let exchange): return try runKeysDrop(exchange, context)
        case .help(let topic, let isFull):
            return try answer(HelpQuestion(desk: view, line: context.asked, topic: topic, isFull: isFull), context)
        case .time: return try answer(TimeQuestion(desk: view, line: context.asked), context)
        case .version: return try answer(VersionQuestion(desk: view, line: context.asked), context)
        case .paper(let paper): return try runPaper(paper, context)
        case .jobs: return try answer(JobsQuestion(desk: view, line: context.asked), context)
        case .exchanges: return try answer(ExchangesQuestion(desk: view, line: context.asked), context)
        case .use(let exchange): return try runUse(exchange, context)
        }
    }

    func zone(_ context: LineContext) -> TimeZoneRules {
        // Whoever is logged in has a place, and their zone is kept in it.
        context.login.flatMap { people.accounts[$0.account]?.zone } ?? configuration.timeZone
    }
}
