import OutcryMeasuring

/// Two things in turn, batch by batch, until both have had their time: a sync of a shared disk may take ten times as long a
/// second later, and must then take it for both. Units a second of each.
func rates(
    units: (Int, Int), seconds: Double, _ first: () throws -> Void, _ second: () throws -> Void
) rethrows -> (first: Double, second: Double) {
    let clock = ContinuousClock()
    try first()
    try second()
    var took = (first: Duration.zero, second: Duration.zero)
    var batches = 0.0
    repeat {
        took.first += try clock.measure { try first() }
        took.second += try clock.measure { try second() }
        batches += 1
    } while (took.first + took.second).seconds < 2 * seconds
    return (Double(units.0) * batches / took.first.seconds, Double(units.1) * batches / took.second.seconds)
}

/// Calls `body`, which does `units` of work each time, until the time is up; units a second.
func rate(units: Int, seconds: Double, _ body: () throws -> Void) rethrows -> Double {
    try rates(units: (units, 0), seconds: seconds / 2, body, {}).first
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
