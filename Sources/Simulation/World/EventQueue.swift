import Trading

/// What is to happen, by time, and at one time in the order in which it was put here.
struct EventQueue<Event> {
    private struct Entry {
        let at: Timestamp
        let number: UInt64
        let event: Event

        func precedes(_ other: Entry) -> Bool {
            at != other.at ? at < other.at : number < other.number
        }
    }

    /// A binary heap, the next event first.
    private var heap: [Entry] = []
    private var nextNumber: UInt64 = 0

    var nextTime: Timestamp? { heap.first?.at }
    var count: Int { heap.count }

    mutating func add(_ event: Event, at moment: Timestamp) {
        heap.append(Entry(at: moment, number: nextNumber, event: event))
        nextNumber += 1
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> (at: Timestamp, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return (first.at, first.event) }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least])
            {
                least = child
            }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.at, first.event)
    }

    /// Forgets what can no longer happen.
    mutating func removeAll(where isOver: (Event) -> Bool) {
        let left = heap.filter { !isOver($0.event) }.sorted { $0.precedes($1) }
        // An array in order is a heap.
        heap = left
    }
}
