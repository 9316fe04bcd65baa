/// What is typed without being shown: secrets, and the answer to whether a paste is to be sent.
extension ChatTerminal {
    /// A line that is not echoed.
    func readHidden(prompt: String) -> Input {
        inSilence(as: .hidden, prompt: prompt, orElse: .ended) {
            var line = HiddenLine()
            while let key = nextKey() {
                switch key {
                case .character(let key):
                    switch line.take(key) {
                    case .none: break
                    case .done:
                        write("\r\n")
                        return .line(line.text)
                    case .ended: return .ended
                    }
                case .pasted(let text):
                    if !line.take(pasted: text) { tell("a secret is one line; the lines that were pasted are dropped") }
                case .pastedTooMuch: tellTooMuch()
                }
            }
            clearLine()
            return hasEnded ? .ended : .interrupted
        }
    }

    /// Whether Enter was pressed, and not Esc, Control-C or Control-D. Everything else is passed over.
    func confirms(prompt: String) -> Bool {
        inSilence(as: .confirming, prompt: prompt, orElse: false) {
            defer { clearLine() }
            while let key = nextKey() {
                switch key {
                case .character("\r"), .character("\n"): return true
                case .character("\u{1B}"), .character("\u{03}"), .character("\u{04}"), .character("\u{07}"):
                    // An arrow key begins as Esc does: what belongs to it is not to be typed into the next line.
                    keys.clear()
                    return false
                case .character, .pasted, .pastedTooMuch: continue
                }
            }
            return false
        }
    }

    /// `other` where there is no terminal any more.
    private func inSilence<Value>(as mode: Mode, prompt: String, orElse other: Value, _ body: () -> Value) -> Value {
        guard let silent = SilentMode() else { return other }
        self.silent = silent
        self.prompt = prompt
        self.mode = mode
        silent.begin()
        write(prompt)
        defer {
            self.mode = .idle
            self.silent = nil
            silent.end()
        }
        return body()
    }
}
