import ChatServer
import Conversation
import Logging
import OutcryMeasuring

extension Traders {
    /// The chat server on a free port, with limits that a load does not meet.
    @Sendable static func gateway(_ handlers: GatewayHandlers) -> any Gateway {
        var limits = ChatLimits()
        for name in ["line_rate", "line_burst"] {
            precondition(limits.set(name, to: 1_000_000), "no limit \(name)")
        }
        var log = Logger(label: "measure")
        log.logLevel = .critical
        return ChatServer(
            configuration: ChatServerConfiguration(port: 0, limits: limits), handlers: handlers, logger: log)
    }
}
