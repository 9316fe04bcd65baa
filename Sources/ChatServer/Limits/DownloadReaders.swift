import Trading

/// Who is being sent a file at the moment: counted by link and by address, so that neither takes all there is.
struct DownloadReaders {
    /// Why a reader is turned away.
    enum Refusal: Hashable, Sendable {
        case link(readersMax: Int)
        case address(downloadsMax: Int)
    }

    private let linkMax: Int
    private let addressMax: Int
    private var links: [String: Int] = [:]
    private var addresses: [AddressGroup: Int] = [:]
    private(set) var count = 0

    init(linkMax: Int, addressMax: Int) {
        self.linkMax = linkMax
        self.addressMax = addressMax
    }

    /// Counts a reader of a link at an address. Answers nil, or why it is one too many; then it is not counted.
    mutating func begin(link: String, address: AddressGroup) -> Refusal? {
        let (ofLink, ofAddress) = (links[link] ?? 0, addresses[address] ?? 0)
        guard ofLink < linkMax else { return .link(readersMax: linkMax) }
        guard ofAddress < addressMax else { return .address(downloadsMax: addressMax) }
        links[link] = ofLink + 1
        addresses[address] = ofAddress + 1
        count += 1
        return nil
    }

    /// A reader that was counted has all, or is gone.
    mutating func end(link: String, address: AddressGroup) {
        DownloadReaders.takeOne(from: &links, link)
        DownloadReaders.takeOne(from: &addresses, address)
        count -= 1
    }

    private static func takeOne<Key>(from counts: inout [Key: Int], _ key: Key) {
        let left = (counts[key] ?? 1) - 1
        counts[key] = left > 0 ? left : nil
    }
}
