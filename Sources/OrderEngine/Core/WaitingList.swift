import HeapModule

/// What waits for a key to be reached: expiries for a time, stops and alerts for a price.
///
/// A heap, so that looking at the first costs the same with ten waiting and with a million. What is removed or moved
/// leaves its old entry behind; those are dropped when they come to the front, and all at once when they outnumber
/// the live ones.
package struct WaitingList<Key: Comparable & Sendable, ID: Hashable & Comparable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let key: Key
        let id: ID

        static func < (left: Entry, right: Entry) -> Bool {
            left.key == right.key ? left.id < right.id : left.key < right.key
        }
    }

    private var heap = Heap<Entry>()
    private var keys: [ID: Key] = [:]

    package init() {}

    /// Below this many entries a heap is never rebuilt.
    private static var rebuildEntriesMin: Int { 64 }

    package var count: Int { keys.count }

    /// The one with the lowest key; among equal keys, the one with the lowest id.
    package var first: (key: Key, id: ID)? {
        heap.min.map { ($0.key, $0.id) }
    }

    /// The first of those up to a key that are such. Looks at all of them where the very first is not: for what is rare.
    package func first(upTo key: Key, where isSuch: (ID) -> Bool) -> ID? {
        guard let first, first.key <= key else { return nil }
        if isSuch(first.id) { return first.id }
        return heap.unordered.filter { $0.key <= key && keys[$0.id] == $0.key && isSuch($0.id) }.min()?.id
    }

    /// Adds it, or moves it to another key.
    package mutating func set(_ id: ID, to key: Key) {
        guard keys.updateValue(key, forKey: id) != key else { return }
        heap.insert(Entry(key: key, id: id))
        dropStale()
    }

    package mutating func remove(_ id: ID) {
        guard keys.removeValue(forKey: id) != nil else { return }
        dropStale()
    }

    private mutating func dropStale() {
        while let first = heap.min, keys[first.id] != first.key {
            heap.removeMin()
        }
        if heap.count > WaitingList.rebuildEntriesMin, heap.count > 2 * keys.count {
            // What was moved away and back is there twice.
            var kept: Set<ID> = []
            heap = Heap(heap.unordered.filter { keys[$0.id] == $0.key && kept.insert($0.id).inserted })
        }
    }
}
