import ChatServer
import Conversation
import Desk

/// All limits of the server: the gateway's, the desk's and its engine's. Each has a name with its unit, and is a setting.
struct ServerLimits {
    var chat = ChatLimits()
    var desk = Limits()

    /// Every limit with its value, in the order of their documentation.
    var described: [Limits.Described] {
        ChatLimits.names.compactMap { name in chat[name].map { Limits.Described(name: name, value: $0) } }
            + desk.described
    }

    /// What two limits make impossible together, in words; nil where they go together.
    var problem: String? { desk.problem }

    /// Sets a limit by its name. False, and nothing changed, for an unknown name or a value that it cannot have.
    mutating func set(_ name: String, to value: Int) -> Bool {
        chat.set(name, to: value) || desk.set(name, to: value)
    }
}
