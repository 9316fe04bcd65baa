/// What `GET /health` answers.
public struct HealthReport: Hashable, Sendable, Codable {
    /// 200 where true, 503 where not.
    public var isUp: Bool
    /// What is up and what is not; `up` itself stands before them.
    public var details: JSONObject

    public init(isUp: Bool, details: JSONObject = [:]) {
        self.isUp = isUp
        self.details = details
    }

    /// The body of the answer.
    public var json: String {
        var object: JSONObject = ["up": .bool(isUp)]
        for member in details.members { object.append(member.name, member.value) }
        return object.json
    }
}
