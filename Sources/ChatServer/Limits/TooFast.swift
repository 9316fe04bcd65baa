import Trading

/// The refusal of a message that was not read: its bytes cost more than the session has left.
func tooFast(messageBytes: Int, waitNanoseconds: Int64) -> Refusal {
    var refusal = tooFast(waitNanoseconds: waitNanoseconds)
    refusal.details = ["the message of \(messageBytes) bytes was not read"]
    return refusal
}

/// The refusal of a line that came too soon.
func tooFast(waitNanoseconds: Int64) -> Refusal {
    // Rounded up: a trader who waits as long as told is not refused again.
    let tenths = (waitNanoseconds + 99_999_999) / 100_000_000
    return Refusal(.tooFast, "too fast: try again in \(tenths / 10).\(tenths % 10) s")
}
