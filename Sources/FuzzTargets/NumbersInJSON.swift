import ExactJSON
import Trading

extension ExchangeJSON {
    /// Every number in it, also those in quotes, that is a decimal.
    var numbers: Set<ExactDecimal> {
        switch self {
        case .null, .bool: []
        case .number(let number): (try? number.decimal()).map { [$0] } ?? []
        case .string(let text):
            if case .number(let number)? = try? ExchangeJSONReader.read(Array(text.utf8)) {
                ExchangeJSON.number(number).numbers
            } else {
                []
            }
        case .array(let values): values.reduce(into: []) { $0.formUnion($1.numbers) }
        case .object(let members): members.reduce(into: []) { $0.formUnion($1.value.numbers) }
        }
    }
}
