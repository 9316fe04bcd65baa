import ArgumentParser

/// `outcry config`: what a server started with the same options is set to, and who said so.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show what is in force, limits included, and where it comes from.",
        discussion: """
            Takes the options of serve. Behind each value stands its source: default, file (--config), environment \
            (OUTCRY_...) or flag. What serve would refuse for what it says is refused here with the same words, so that a \
            configuration file can be tried before the server is started with it. It opens neither the database nor a socket.
            """)

    @OptionGroup var database: DatabaseOption
    @OptionGroup var exchange: ExchangeOptions
    @OptionGroup var master: MasterKeyOption
    @OptionGroup var server: ServerOptions

    var options: ServeOptions {
        ServeOptions(database: database, exchange: exchange, master: master, server: server)
    }

    func run() throws {
        for line in try options.settings().lines { print(line) }
    }
}
