import Conversation
import Threads

/// What an exchange was told and asked, in its order, for a test on another thread to wait for.
final class HeardWords: Sendable {
    private let state = Monitor<[String]>([])

    var words: [String] { state.withLock { $0 } }

    func hear(_ word: String) { state.withLock { $0.append(word) } }

    func forget() { state.withLock { $0.removeAll() } }

    /// All that was heard by then; nil where the word did not come so often in time.
    func wait(for word: String, times count: Int = 1) -> [String]? {
        state.wait(seconds: 30) { words in words.count { $0 == word } >= count ? words : nil }
    }
}
