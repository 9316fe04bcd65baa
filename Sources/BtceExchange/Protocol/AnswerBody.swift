import ExactJSON

/// An answer's body as JSON, or what it is instead.
struct AnswerBody {
    private static let wordsMax = 200

    let response: HTTPResponse

    func json() throws(AnswerFailure) -> JSONPlace {
        let body = response.body
        guard body.contains(where: { $0 > 0x20 }) else { throw .empty(status: response.status) }
        do {
            return JSONPlace(try ExchangeJSONReader.read(body))
        } catch {
            if let title = htmlTitle() { throw .html(status: response.status, title: title) }
            throw .notJSON(status: response.status, at: error.offset, message: error.message)
        }
    }

    /// What stands under `return` where `success` is 1, or what was refused.
    func result() throws(AnswerFailure) -> JSONPlace {
        let answer = try json()
        return try AnswerBody.reading { () throws(UnreadableAnswer) -> Result<JSONPlace, AnswerFailure> in
            if try answer.required("success").flag() {
                guard response.isSuccess else { return .failure(.unexpectedStatus(response.status)) }
                return .success(try answer.required("return"))
            }
            return .failure(AnswerBody.refusal(try answer.required("error").text()))
        }.get()
    }

    /// What a public method gave. Its errors bear `success`, its results do not.
    func publicResult() throws(AnswerFailure) -> JSONPlace {
        let answer = try json()
        let refusal = try AnswerBody.reading { () throws(UnreadableAnswer) -> AnswerFailure? in
            // v2 says `{"error":"..."}` alone.
            guard case .object = answer.value, let error = try answer.optional("error") else { return nil }
            return AnswerBody.refusal(try error.text())
        }
        if let refusal { throw refusal }
        guard response.isSuccess else { throw .unexpectedStatus(response.status) }
        return answer
    }

    /// Turns what cannot be read into a failure of the answer.
    static func reading<Value>(_ body: () throws(UnreadableAnswer) -> Value) throws(AnswerFailure) -> Value {
        do {
            return try body()
        } catch {
            throw .unreadable(path: printable(error.path), message: printable(error.message))
        }
    }

    private static func refusal(_ text: String) -> AnswerFailure {
        .refused(ExchangeRefusal(text: text), words: printable(text))
    }

    /// What a stranger sent is shown in one line of at most `wordsMax` characters, without control characters. Scalars
    /// count, for a character that is shown may be made of any number of them.
    private static func printable(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(wordsMax) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(line)
    }

    /// The title of a web page, empty where it has none; nil where the body is no web page.
    private func htmlTitle() -> String? {
        let text = String(decoding: response.body.prefix(4_096), as: UTF8.self)
        let lower = text.lowercased()
        guard lower.drop(while: { $0.isWhitespace || $0 == "\u{FEFF}" }).first == "<" else { return nil }
        guard let start = lower.firstRange(of: "<title>"),
            let end = lower[start.upperBound...].firstRange(of: "</title>")
        else { return "" }
        return AnswerBody.printable(
            lower[start.upperBound..<end.lowerBound].split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }
}
