/// What takes bytes from outside, and must make sense of them or refuse them, whatever they are.
///
/// `run` gives any bytes to it as they would come, and holds the result against what must always be true of it. The same
/// entry points serve libFuzzer (`make fuzz`), which looks for new inputs, and the tests, which replay the corpus in
/// `Fuzz/Corpus` and mutations of it.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A typed line.
    case grammar
    /// A line that is being typed.
    case completion
    /// A WebSocket message of a client, in text and in JSON; its refusals are sent back.
    case message
    /// Any JSON text, as the reader of both sides takes it.
    case json
    /// A WebSocket message of a server, as the client reads it.
    case serverMessage = "server-message"
    /// The headers of a request to become a WebSocket.
    case handshake
    /// The head of an HTTP request, from its first byte on.
    case requestHead = "request-head"
    /// What a client sends once it is a WebSocket: frames, one behind the other.
    case frames
    #if canImport(Desk)
    /// A transcript, and a Markdown page of them. It needs the desk, which libFuzzer's build leaves out.
    case transcript
    #endif
    /// A tape of trades in a file, plain or compressed, and its way to the paper exchange.
    case tape
    /// A stored record, before its checksum.
    case record
    /// A stored snapshot of the engine, before its checksum.
    case snapshot
    /// The paper exchange's stored books.
    case books
    /// JSON as an exchange sends it.
    case exactJSON = "exact-json"
    /// The answers of an exchange of the btc-e family to the calls of an account, as the adapter reads them.
    case btceAccount = "btce-account"
    /// Its answers to those that anybody may make.
    case btceMarket = "btce-market"
    /// The same answers, as the adapter goes by them: three orders, a cancel, and what was asked.
    case btceGateway = "btce-gateway"
    /// Requests to the venue and to its control port, one behind the other.
    case venue
    /// The venue's books in a file.
    case venueJournal = "venue-journal"
    /// A decimal in text, and sums with it.
    case decimal
    /// A moment in text or as a number.
    case timestamp

    /// Takes the bytes in. Throws where something is not as it must be; a crash or a hang is the finding too.
    public func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        switch self {
        case .grammar: try FuzzGrammar.line(bytes)
        case .completion: try FuzzGrammar.completion(bytes)
        case .message: try FuzzWire.message(bytes)
        case .json: try FuzzWire.json(bytes)
        case .serverMessage: try FuzzWire.serverMessage(bytes)
        case .handshake: try FuzzWire.handshake(bytes)
        case .requestHead: try FuzzSocket.requestHead(bytes)
        case .frames: try FuzzSocket.frames(bytes)
        #if canImport(Desk)
        case .transcript: try FuzzTranscripts.file(bytes)
        #endif
        case .tape: try FuzzFiles.tape(bytes)
        case .record: try FuzzStorage.record(bytes)
        case .snapshot: try FuzzStorage.snapshot(bytes)
        case .books: try FuzzStorage.books(bytes)
        case .exactJSON: try FuzzExactJSON.text(bytes)
        case .btceAccount: try FuzzBtceAnswers.account(bytes)
        case .btceMarket: try FuzzBtceAnswers.market(bytes)
        case .btceGateway: try FuzzBtceGateway.answers(bytes)
        case .venue: try FuzzVenue.requests(bytes)
        case .venueJournal: try FuzzVenueJournal.file(bytes)
        case .decimal: try FuzzNumbers.decimal(bytes)
        case .timestamp: try FuzzNumbers.timestamp(bytes)
        }
    }
}

/// What was not as it must be.
public struct FuzzFinding: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws where `isSo` is false.
func expect(_ isSo: Bool, _ otherwise: @autoclosure () -> String) throws(FuzzFinding) {
    guard isSo else { throw FuzzFinding(otherwise()) }
}
