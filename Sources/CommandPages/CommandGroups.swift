/// Commands that belong to one task, as `help` lists them.
public struct CommandGroup: Sendable {
    /// What one wants to do: `place an order`.
    public let task: String
    /// The commands for it, those that are used most first. Each command is in one group.
    public let commands: [String]

    private init(_ task: String, _ commands: String...) {
        self.task = task
        self.commands = commands
    }

    /// The commands that make an order.
    public static let placing = CommandGroup(
        "place an order", "buy", "sell", "stop", "trail", "slice", "pair", "contra")

    /// All groups, in the order in which a trader needs them.
    public static let all: [CommandGroup] = [
        CommandGroup("get in and out", "login", "logout", "quit", "register", "whoami"),
        CommandGroup("see the market", "price", "depth", "tape", "chart", "pairs", "fee", "exchanges"),
        CommandGroup("try a line first", "preview", "go"),
        placing,
        CommandGroup("change or end it", "move", "cancel", "undo"),
        CommandGroup("stop everything", "panic", "resume"),
        CommandGroup("see your orders", "orders", "order", "why", "report"),
        CommandGroup("see your money", "funds", "fund", "summary", "trades", "transactions", "export"),
        CommandGroup("be told", "alert", "alerts", "watch", "unwatch", "inbox"),
        CommandGroup("keep it safe", "password", "totp", "token", "tokens", "keys"),
        CommandGroup("make it yours", "use", "settings", "set", "alias", "time", "version", "help"),
        CommandGroup("for admins", "paper", "jobs"),
    ]
}
