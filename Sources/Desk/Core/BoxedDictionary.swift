/// A dictionary for large values that are changed a field at a time.
///
/// `dictionary[key]?.field = x` moves a value out of Swift's own dictionary and back, and allocates as many bytes as the value has,
/// each time: with sessions of two kilobytes that was more than half of all bytes an order cost. Here each value lies in a box of its
/// own and is changed where it lies. A copy would share the boxes, so it cannot be copied.
struct BoxedDictionary<Key: Hashable, Value>: ~Copyable {
    private final class Box {
        /// nil only while `subscript` makes or removes it.
        var value: Value?
        var isKept = false
    }

    private var boxes: [Key: Box] = [:]

    var count: Int { boxes.count }
    /// In no order.
    var keys: [Key] { Array(boxes.keys) }

    subscript(key: Key) -> Value? {
        get { boxes[key]?.value }
        // Written into the caller: an accessor that is called keeps a place for the whole value.
        @inline(__always)
        _modify {
            let box = boxes[key] ?? Box()
            yield &box.value
            settle(box, key)
        }
    }

    /// Keeps a box that has got a value, and drops one that has none any more.
    private mutating func settle(_ box: Box, _ key: Key) {
        let hasValue = if case .some = box.value { true } else { false }
        guard hasValue != box.isKept else { return }
        box.isKept = hasValue
        boxes[key] = hasValue ? box : nil
    }

    mutating func removeValue(forKey key: Key) -> Value? { boxes.removeValue(forKey: key)?.value }
}
