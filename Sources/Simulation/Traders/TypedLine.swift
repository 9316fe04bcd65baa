import Trading

/// A line that a trader types, and what it is about.
struct TypedLine: Hashable, Sendable {
    /// Without tag.
    var text: String
    var tag: String?
    var purpose: Purpose

    /// What the trader expects of it, for the books.
    enum Purpose: Hashable, Sendable {
        case login
        /// A password on a line of its own.
        case password
        case resume(from: UInt64)
        case order
        case cancel
        case move(OrderID)
        case setting(name: String, value: String)
        case tokenNew(String)
        case tokenDrop(String)
        case logout
        case question
        /// Misspelt, impossible or hostile.
        case wrong
    }

    init(_ text: String, tag: String? = nil, _ purpose: Purpose) {
        self.text = text
        self.tag = tag
        self.purpose = purpose
    }

    /// Whether the desk remembers its tag.
    var isRemembered: Bool {
        // A line that begins like a login may hold a password, however it goes on.
        guard !text.hasPrefix("login") else { return false }
        switch purpose {
        case .login, .password, .tokenNew: return false
        // They do nothing that outlasts their session, and are answered anew.
        case .resume, .logout, .question: return false
        case .order, .cancel, .move, .setting, .tokenDrop, .wrong: return true
        }
    }
}
