import ChatServer
import Conversation
import Desk

/// All limits of the server: the gateway's, the desk's and its engine's. Each has a name with its unit, and is a setting.
struct ServerLimits: Sendable {
    var chat = ChatLimits()
    var desk = Limits()
    /// Where each that was set comes from; the others have their defaults.
    private var sources: [String: SettingSource] = [:]

    init() {}

    /// What the file, the environment and the options say; of one limit the highest of these wins. Throws a `Failure`.
    init(_ settings: Settings, typed: [String]) throws {
        if let file = settings.file?.value {
            for limit in file.limits {
                let key = "\(ConfigurationFile.limitsKey).\(limit.name)"
                try take(limit.name, limit.value, from: file.source(key))
            }
        }
        let environment = try settings.list(option: "limit", typed: [])
        let flags = typed.isEmpty ? nil : try settings.list(option: "limit", typed: typed)
        for list in [environment, flags].compactMap({ $0 }) {
            for text in list.value {
                let parts = text.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, let value = Int(parts[1]) else {
                    throw Failure("\(list.source) takes NAME=VALUE with a whole number, not \(text.withoutSecrets)")
                }
                try take(String(parts[0]), value, from: list.source)
            }
        }
        if let problem = desk.problem { throw Failure("\(places(of: problem)): \(problem)") }
    }

    /// Where the limits come from that a problem names.
    private func places(of problem: String) -> String {
        let words = Set(problem.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        let told = described.map(\.name).filter { words.contains($0) }.compactMap { sources[$0]?.description }
        return told.isEmpty
            ? "limit" : told.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.joined(separator: " and ")
    }

    /// Every limit with its value, in the order of their documentation.
    var described: [Limits.Described] {
        ChatLimits.names.compactMap { name in chat[name].map { Limits.Described(name: name, value: $0) } }
            + desk.described
    }

    /// Where a limit's value comes from.
    func source(_ name: String) -> SettingSource { sources[name] ?? .standard(name) }

    /// Sets a limit by its name. False, and nothing changed, for an unknown name or a value that it cannot have.
    mutating func set(_ name: String, to value: Int) -> Bool {
        chat.set(name, to: value) || desk.set(name, to: value)
    }

    private mutating func take(_ name: String, _ value: Int, from source: SettingSource) throws {
        let known = described.map(\.name)
        guard known.contains(name) else {
            let hint = NearestName.hint(name, among: known)
            throw Failure(
                "\(source): no limit \(name.withoutSecrets)\(hint.isEmpty ? "; outcry config lists them" : hint)")
        }
        guard set(name, to: value) else {
            throw Failure("\(source): no limit \(name) that can be \(value); outcry config lists them")
        }
        sources[name] = source
    }
}
