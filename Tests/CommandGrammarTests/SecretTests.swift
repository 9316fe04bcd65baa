import CommandGrammar
import Testing
import Trading

/// Lines that carry a secret are known as such, misspelt too, and no refusal repeats them.
@Suite struct SecretTests {
    static let secrets = [
        "login ana hunter2", "LOGIN ana hunter2", "[k7] login ana hunter2", "logn ana hunter2", "lgoin ana hunter2",
        "/login ana hunter2", "login:ana hunter2", "logon ana hunter2", "login token hunter2", "token login hunter2",
        "token hunter2", "tokn hunter2", "password old hunter2", "pasword old hunter2", "passwd old hunter2",
        "keys btce set KEY hunter2", "keys btce KEY hunter2", "kyes btce set KEY hunter2", "keys btce sett KEY hunter2",
        "[k 7] login ana hunter2", "[k7 login ana hunter2", "[login ana hunter2", "auth ana hunter2",
        "preview login ana hunter2", "? keys btce set K hunter2", "alias me = login ana hunter2", "x login ana hunter2",
        "login token a hunter2", "register ana hunter2", "regsiter ana hunter2", "? register ana hunter2",
        "alias me = register ana hunter2", "registration ana hunter2",
    ]

    @Test(arguments: secrets) func `no refusal repeats a secret`(_ line: String) {
        #expect(CommandParser.isSecret(line))
        let parsed = sampleParser.parse(line)
        #expect(parsed.isSecret)
        guard let refusal = parsed.refusal else { return }
        let text = refusal.text(over: line)
        #expect(!text.contains("hunter2"))
        #expect(!text.contains("KEY\n") && !text.contains("found KEY"))
        #expect(!(refusal.suggestion ?? "").contains("hunter2"))
    }

    @Test(arguments: [
        "buy 0.5 btc_usd at 230", "byu 0.5 btc_usd at 230", "funds", "tokens", "token new bot", "token drop bot",
        "? buy 1 btc at 3", "set email a@b.c", "help login", "", "// login", "order 41", "frobnicate",
    ]) func `other lines are no secrets`(_ line: String) {
        #expect(!CommandParser.isSecret(line))
        #expect(!sampleParser.parse(line).isSecret)
    }

    @Test func `a misspelt login is asked about, but not shown`() {
        let line = "logn ana hunter2"
        #expect(sampleParser.parse(line).refusal?.text(over: line) == "! no such command; did you mean login?")
    }
}
