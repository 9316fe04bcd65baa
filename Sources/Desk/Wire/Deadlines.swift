import HeapModule
import Trading

/// What is due when. Setting a key again moves it; what it was set to before is dropped when it comes to the front.
struct Deadlines<Key: Hashable & Comparable> {
    private struct Entry: Comparable {
        let time: Timestamp
        let key: Key

        static func < (left: Entry, right: Entry) -> Bool {
            left.time == right.time ? left.key < right.key : left.time < right.time
        }
    }

    private var heap = Heap<Entry>()
    private var times: [Key: Timestamp] = [:]

    /// Below this many entries a heap is never rebuilt.
    private static var rebuildEntriesMin: Int { 64 }

    var count: Int { times.count }

    /// When the first of all is due.
    var next: Timestamp? { heap.min?.time }

    func time(of key: Key) -> Timestamp? { times[key] }

    mutating func set(_ key: Key, to time: Timestamp) {
        guard times[key] != time else { return }
        times[key] = time
        heap.insert(Entry(time: time, key: key))
        if heap.count > Self.rebuildEntriesMin, heap.count > 2 * times.count {
            heap = Heap(times.map { Entry(time: $0.value, key: $0.key) })
        }
        dropMoved()
    }

    mutating func remove(_ key: Key) {
        times[key] = nil
        dropMoved()
    }

    /// Takes out the first that is due; among equal times, the one with the lowest key.
    mutating func popDue(by now: Timestamp) -> Key? {
        guard let first = heap.min, first.time <= now else { return nil }
        heap.removeMin()
        times[first.key] = nil
        dropMoved()
        return first.key
    }

    private mutating func dropMoved() {
        while let first = heap.min, times[first.key] != first.time { heap.removeMin() }
    }
}
