import Accounts
import ArgumentParser
import Desk

/// `--master-key-file`: what two-factor secrets and the keys of traders at exchanges are sealed under.
struct MasterKeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the master key that exchange keys and two-factor secrets are sealed under.",
            discussion: """
                Without it a service takes systemd's credential outcry-master-key, where it is given one; otherwise the \
                desk's own is used, DATABASE.key, which the first start makes.
                """,
            valueName: "file"))
    var masterKeyFile: String?

    /// What a server is started with.
    func source(_ settings: Settings) throws -> MasterKeySource {
        try named(settings).map { .given(try $0.value.read()) } ?? .beside
    }

    /// The key that is in use, for a command beside the server; nil where there is none.
    func read(_ settings: Settings, database: String) throws -> MasterKey? {
        if let file = try named(settings)?.value { return try file.read() }
        let own = MasterKeyFile.beside(database: database)
        return own.exists ? try own.read() : nil
    }

    /// The file in use, or that would be, and who named it.
    func path(_ settings: Settings, database: String) throws -> Sourced<String> {
        try named(settings)?.map(\.path)
            ?? Sourced(
                value: MasterKeyFile.beside(database: database).path,
                source: .standard(SettingName.masterKeyFile.rawValue))
    }

    private func named(_ settings: Settings) throws -> Sourced<MasterKeyFile>? {
        if let path = try settings.text(.masterKeyFile, typed: masterKeyFile) {
            return path.map { MasterKeyFile(path: $0) }
        }
        return MasterKeyFile.credential(environment: settings.variables).map {
            Sourced(value: $0, source: .environment("CREDENTIALS_DIRECTORY"))
        }
    }
}
