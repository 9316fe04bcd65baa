/// A dictionary for large values that are changed a field at a time.
///
/// `dictionary[key]?.field = x` moves a value out of Swift's own dictionary and back, and allocates as many bytes as the value has,
/// each time: with sessions of two kilobytes that was more than half of all bytes an order cost. Here each value lies in a box of its
/// own and is changed where it lies. A copy would share the boxes, so it cannot be copied.
struct BoxedDictionary<Key: Hashable, Value>: ~Copyable {
    private final class Box {
        /// nil only while `subscript` makes or removes it.
        var value: Value?
    }

    private var boxes: [Key: Box] = [:]

    var count: Int { boxes.count }
    /// In no order.
    var keys: [Key] { Array(boxes.keys) }

    subscript(key: Key) -> Value? {
        get { boxes[key]?.value }
        _modify {
            let known = boxes[key]
            let box = known ?? Box()
            yield &box.value
            if box.value == nil {
                if known != nil { boxes[key] = nil }
            } else if known == nil {
                boxes[key] = box
            }
        }
    }

    mutating func removeValue(forKey key: Key) -> Value? { boxes.removeValue(forKey: key)?.value }
}
