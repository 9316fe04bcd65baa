import CommandGrammar
import Testing
import Trading

/// Lines whose first word is any misspelling of a word that secrets follow: nothing that is said about them has the secrets.
@Suite struct SecretPropertyTests {
    /// Ends of lines with secrets, and the secrets in them.
    private static let ends: [(verb: String, rest: String, secrets: [String])] = [
        ("login", "ana hunter2", ["hunter2"]),
        ("login", "ana hunter2 with spaces // and more", ["hunter2", "with spaces"]),
        ("login", "token outcry_AAABBBCCC", ["AAABBBCCC"]), ("register", "ana hunter2", ["hunter2"]),
        ("password", "sesame hunter2", ["sesame", "hunter2"]), ("password", "hunter2", ["hunter2"]),
        ("keys", "binance set AAAKEY BBBSECRET", ["AAAKEY", "BBBSECRET"]),
        ("keys", "btce AAAKEY BBBSECRET", ["AAAKEY", "BBBSECRET"]), ("token", "outcry_AAABBBCCC", ["AAABBBCCC"]),
        ("token", "new outcry_AAABBBCCC hunter2", ["AAABBBCCC"]), ("totp", "123456", ["123456"]),
        ("totp", "off 123456", ["123456"]),
    ]

    /// Everything within one edit of a word, of letters that have little to do with one another.
    private static func edits(_ word: [UInt8]) -> Set<[UInt8]> {
        var found: Set<[UInt8]> = [word]
        for place in 0...word.count {
            for letter in Array("ek1".utf8) {
                found.insert(Array(word[..<place]) + [letter] + Array(word[place...]))
                if place < word.count { found.insert(Array(word[..<place]) + [letter] + Array(word[(place + 1)...])) }
            }
            if place < word.count { found.insert(Array(word[..<place]) + Array(word[(place + 1)...])) }
            if place + 1 < word.count {
                var swapped = word
                swapped.swapAt(place, place + 1)
                found.insert(swapped)
            }
        }
        return found
    }

    /// Everything within two.
    private static func misspellings(of word: String) -> [String] {
        var found: Set<[UInt8]> = []
        for once in edits(Array(word.utf8)) { found.formUnion(edits(once)) }
        return found.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }.sorted()
    }

    /// What is kept of a line and said about it, as the desk does both. nil where the line is a command of another kind.
    private static func said(_ line: String) -> String? {
        let parsed = sampleParser.parse(line)
        guard let refusal = parsed.refusal else { return nil }
        let reply =
            parsed.isSecret
            ? "! \(refusal.message) \(refusal.details) \(refusal.suggestion ?? "")"
            : refusal.text(over: line, isSecret: false) + " kept: \(parsed.text)"
        return reply
    }

    @Test(arguments: ["login", "register", "password", "keys", "token", "totp"])
    func `no misspelling within two edits is repeated with what follows it`(verb: String) {
        var lines = 0
        var leaks: [String] = []
        for misspelt in Self.misspellings(of: verb) {
            for (of, rest, secrets) in Self.ends where of == verb {
                lines += 1
                let line = [
                    "\(misspelt) \(rest)", "[k7]\t\(misspelt)\t\(rest)", "? \"\(misspelt.uppercased()) \(rest)\"",
                ][lines % 3]
                guard let said = Self.said(line) else { continue }
                if secrets.contains(where: said.contains) { leaks.append("\(line) -> \(said)") }
                if !CommandParser.isSecret(line) { leaks.append("the client keeps \(line)") }
            }
        }
        #expect(lines > 500)
        #expect(leaks.isEmpty, "\(leaks.count) of \(lines): \(leaks.prefix(5))")
    }

    @Test(arguments: [
        "key binance set AAAKEY BBBSECRET", "set AAAKEY BBBSECRET now", "binance set AAAKEY BBBSECRET",
        "please binance set AAAKEY BBBSECRET", "kyes binance set AAAKEY BBBSECRET",
        "alias k = kyes btce set AAAKEY BBBSECRET",
        "alias k=keys btce set AAAKEY BBBSECRET", "alais k = keys btce set AAAKEY BBBSECRET",
        "? kyes btce AAAKEY BBBSECRET",
        "help login ana BBBSECRET", "orders login ana BBBSECRET", "set password BBBSECRET", "set pasword BBBSECRET",
        "tokens outcry_AAAKEYBBBSECRET", "frobnicate outcry_AAAKEYBBBSECRET", "buy outcry_AAAKEYBBBSECRET",
        "'login ana BBBSECRET'", "“login ana BBBSECRET”", "please lgoin ana BBBSECRET", "/msg desk login ana BBBSECRET",
        "totp BBBSECRET", "totp of BBBSECRET", "password keep-token BBBSECRET", "password keep-tokens BBBSECRET",
    ])
    func `a line that shares a secret's words is secret, whatever it begins with`(line: String) {
        for line in [line, "[t1] \(line)", "  \(line)  "] {
            guard let said = Self.said(line) else {
                // A definition of an alias: the desk refuses those that are secret.
                #expect(sampleParser.parse(line).isSecret, "\(line)")
                continue
            }
            #expect(!said.contains("BBBSECRET") && !said.contains("AAAKEY"), "\(line) -> \(said)")
        }
    }

    @Test(arguments: [
        ("fes btc_usd", "! no command fes; did you mean fee?\n  fes btc_usd\n  ^^^\n  try: fee btc_usd"),
        (
            "kell 1 btc_usd at 230",
            "! no command kell; did you mean sell?\n  kell 1 btc_usd at 230\n  ^^^^\n  try: sell 1 btc_usd at 230"
        ),
    ])
    func `a command with a slip in its first word is shown, near though it is to a secret's`(line: String, text: String)
    {
        let parsed = sampleParser.parse(line)
        #expect(!parsed.isSecret)
        #expect(parsed.refusal?.text(over: line, isSecret: false) == text)
    }
}
