import ArgumentParser
import Exchange

/// `outcry tape`: what a file of trades is, without a desk.
struct TapeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tape", abstract: "Files of trades for outcry serve --tape.", subcommands: [TapeCheckCommand.self])
}

/// `outcry tape check FILE`: reads tapes from end to end, and says whether they play.
struct TapeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read tapes from end to end, and say what they are taken for.",
        discussion: """
            It is the check that outcry serve and outcry venue make before they open. The exit status is 0 where every tape \
            plays, and 65 where one does not.
            """)

    @Argument(
        help: ArgumentHelp(
            "CSV files, plain, gzip or alone in a zip; PAIR=FILE for one without a column of pairs.", valueName: "tape"),
        completion: .file())
    var tapes: [String]
    @Flag(
        name: [.customLong("skip-bad"), .customLong("tape-skip-bad")],
        help: "Leave bad rows out, and say how many, instead of refusing the tape.")
    var skipBad = false

    func run() throws {
        var failure: ExitCode?
        for name in tapes {
            do {
                let tape = try TapeOptions.check(name, skippingBadRows: skipBad)
                Terminal.write((tape.report ?? "\(TapeOptions.synthetic): the tape that is built in") + "\n")
            } catch let error as TapeError {
                failure = TapeOptions.tell(error)
            }
        }
        if let failure { throw failure }
    }
}
