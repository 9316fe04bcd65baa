import Glibc

/// Whether there is memory to start with, found out before anything needs it.
///
/// Where the system gives no thread or no memory, Swift's and libdispatch's own threads wait for some, for ever and without a
/// word. So the main thread asks first, alone, and an alarm ends a start that comes to nothing.
enum StartCheck {
    /// Address space that a command needs beyond what the program has when it begins, in bytes: eight threads, each with a stack
    /// of 8 MiB and 64 MiB that malloc keeps for it (mallopt(3), M_ARENA_MAX), and the memory that two passwords are checked in.
    private static let threadedBytes = 640 << 20
    /// On the main thread alone.
    private static let toolBytes = 24 << 20
    private static let threaded: Set<String> = ["serve", "venue", "replay", "chat"]
    /// How long reading the command line may take.
    private static let parsingSecondsMax: UInt32 = 60
    /// How long a server may take until it listens: the opening of the database has a limit of its own, below this.
    private static let openingSecondsMax: UInt32 = 660

    /// Ends the program with status 75 and a word where there is too little memory to start.
    static func run(_ arguments: [String]) {
        signal(SIGALRM) { _ in
            StartCheck.end(
                "Error: the start took too long and was given up; is there too little memory, or the disk too slow?\n")
        }
        alarm(parsingSecondsMax)
        let wanted = arguments.dropFirst().first.map(threaded.contains) ?? false ? threadedBytes : toolBytes
        let room = mmap(nil, wanted, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let room, room != MAP_FAILED else {
            end("Error: too little memory to start: see ulimit -v, and the memory that the machine has left\n")
        }
        munmap(room, wanted)
    }

    /// The command line is read: what a command does takes as long as it takes.
    static func parsed() { alarm(0) }

    /// A server begins to open its database.
    static func opening() { alarm(openingSecondsMax) }

    /// It listens.
    static func listening() { alarm(0) }

    /// Without memory: also in a signal's handler.
    private static func end(_ words: StaticString) -> Never {
        _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
        _exit(75)
    }
}
