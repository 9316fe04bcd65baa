/// Why a command was refused. The numbers and names are permanent: a script may keep either. None is ever reused.
public enum RefusalCode: UInt16, Hashable, Sendable, Codable, CaseIterable, Error {
    // Reading the line
    case unknownCommand = 1
    case unexpectedWord = 2
    case missingWord = 3
    case badNumber = 4
    case badTime = 5
    case badDuration = 6
    case badRange = 7
    case badTag = 8
    case lineTooLong = 9
    case notUTF8 = 10
    case badMessage = 11
    case unknownPair = 12
    case unknownCoin = 13
    case unknownSetting = 14
    case unknownPage = 15
    case notYet = 16
    case unknownExchange = 17

    // Who asks, and how often
    case notLoggedIn = 20
    case loginFailed = 21
    case loginWait = 22
    case alreadyLoggedIn = 23
    case notAllowed = 24
    case tagReused = 25
    case passwordMismatch = 26
    case passwordTooWeak = 27
    case unknownToken = 28
    case nameTaken = 29
    case tooFast = 30
    case messageTooLong = 31
    case tooManySessions = 32
    case tooManyWaiting = 33
    case accountDisabled = 34
    case unknownUser = 35
    case noMasterKey = 36
    case keyRefused = 37
    case keyInUse = 38
    case noKey = 39

    // Orders
    case unknownOrder = 40
    case orderFinished = 41
    case insufficientFunds = 42
    case belowMinimum = 43
    case offTick = 44
    case offStep = 45
    case outOfRange = 46
    case noMarket = 47
    case timePassed = 48
    case wouldTrade = 49
    case cannotFill = 50
    case selfTrade = 51
    case tooManyOrders = 52
    case tooManyChildren = 53
    case triggerPassed = 54
    case notPaired = 55
    case contraNotReady = 56
    case conflictingWords = 57
    case exchangeRejected = 58
    case unknownAnswer = 59
    case cancelUnderWay = 60
    case ordersOpen = 61
    case cannotMove = 62
    case beyondGuard = 63
    case dailyLimit = 64
    case pairNotAllowed = 65
    case noPreview = 66
    case marketMoved = 67
    case nothingToUndo = 68
    case inPanic = 69
    case unknownAlias = 70
    case aliasTooDeep = 71
    case tooManyAliases = 72
    case wrongCode = 73
    case twoFactorUnchanged = 74
    case registrationClosed = 75
    case tooManyRegistrations = 76
    case orderPruned = 77

    // The desk itself
    case ledgerFailed = 80
    case shuttingDown = 81
    case paperOnly = 82
    case exchangeUnavailable = 83
    case unknownSequence = 84
    case reconciling = 85
    case feedStale = 86
    case diskFull = 87
    case tooMuchWritten = 88
    case diskLow = 89

    // Alerts and downloads
    case unknownAlert = 90
    case tooManyAlerts = 91
    case alreadyCrossed = 92
    case tooManyDownloads = 93

    // Damage
    case booksDiffer = 94
    case notificationsPruned = 95

    /// The permanent name, in snake_case: `insufficient_funds`.
    public var name: String {
        var name = ""
        for character in String(describing: self) {
            if character.isUppercase, let last = name.last, !last.isUppercase {
                name += "_"
            }
            name += character.lowercased()
        }
        // An acronym at the end stays one word: `not_utf8`.
        return self == .notUTF8 ? "not_utf8" : name
    }
}

/// A command that was not done, and why. Nothing was changed.
public struct Refusal: Error, Hashable, Sendable {
    public var code: RefusalCode
    /// What was found and what was expected, without the leading `!`: `no pair btc_eurr; did you mean btc_eur?`
    public var message: String
    /// Where in the line, or nil where it is about no word of it.
    public var span: Span?
    /// What to write in place of the span, where one edit repairs the line.
    public var suggestion: String?
    /// Further lines for the trader, without their two spaces.
    public var details: [String]

    public init(
        _ code: RefusalCode, _ message: String, at span: Span? = nil, suggestion: String? = nil,
        details: [String] = []
    ) {
        self.code = code
        self.message = message
        self.span = span
        self.suggestion = suggestion
        self.details = details
    }
}

/// A stretch of a line, in characters as people count them, from 1.
public struct Span: Hashable, Sendable, Codable {
    public var column: Int
    public var length: Int

    public init(column: Int, length: Int) {
        self.column = column
        self.length = length
    }
}
