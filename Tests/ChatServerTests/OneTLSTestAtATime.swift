import Testing

/// Runs tests with TLS one after the other.
///
/// libwebsockets keeps the place of its own data in OpenSSL's objects in a global, which each new context with TLS sets anew
/// (`openssl_websocket_private_data_index`, 4.1): a handshake of another context that is under way then fails, with "can't get
/// wsi from ssl privdata". The program has one such context.
struct OneTLSTestAtATime: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Turns.shared.begin()
        do {
            try await function()
        } catch {
            await Turns.shared.end()
            throw error
        }
        await Turns.shared.end()
    }

    private actor Turns {
        static let shared = Turns()
        private var isTaken = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func begin() async {
            guard isTaken else {
                isTaken = true
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func end() {
            guard !waiting.isEmpty else {
                isTaken = false
                return
            }
            waiting.removeFirst().resume()
        }
    }
}

extension Trait where Self == OneTLSTestAtATime {
    static var oneTLSTestAtATime: Self { Self() }
}
