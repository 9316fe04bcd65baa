/// Calls `body`, which does `units` of work each time, until the time is up; units a second.
func rate(units: Int, seconds: Double, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    try body()
    let start = clock.now
    let end = start.advanced(by: .seconds(seconds))
    var done = 0
    repeat {
        try body()
        done += units
    } while clock.now < end
    return Double(done) / start.duration(to: clock.now).seconds
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
