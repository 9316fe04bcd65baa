import Conversation
import Threads
import Trading

/// The files that may be fetched now: the desk puts them in, and the sockets' thread asks for them. In memory alone; a
/// restart ends them all.
final class Offers: Sendable {
    private struct Offer {
        let download: Download
        let account: AccountID
        let until: Timestamp
    }

    private let offers = Monitor<[String: Offer]>([:])

    /// How many files are kept.
    var count: Int { offers.withLock { $0.count } }

    /// Lets go of the files whose time is over: nobody may come to ask for them.
    func forgetOver(at now: Timestamp) {
        offers.withLock { offers in
            if offers.contains(where: { $0.value.until <= now }) { offers = offers.filter { now < $0.value.until } }
        }
    }

    func add(_ download: Download, word: String, account: AccountID, until end: Timestamp, at now: Timestamp) {
        offers.withLock { offers in
            offers = offers.filter { now < $0.value.until }
            offers[word] = Offer(download: download, account: account, until: end)
        }
    }

    func withdraw(_ account: AccountID) {
        offers.withLock { offers in offers = offers.filter { $0.value.account != account } }
    }

    /// The file of a word, while it is good.
    func download(_ word: String, at now: Timestamp) -> Download? {
        offers.withLock { offers in
            guard let offer = offers[word], now < offer.until else { return nil }
            return offer.download
        }
    }
}
