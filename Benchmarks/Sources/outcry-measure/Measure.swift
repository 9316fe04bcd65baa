import Glibc
import OutcryMeasuring

/// Measures the desk whole, beside raw SQLite in the same run, then with an exchange over HTTP, beside bare requests to it.
///
/// Usage: `outcry-measure [disk] [desk] [wire] [--rounds N] [--seconds N] [--folder PATH]`, all three unless told. `outcry-measure repeat NAME COUNT` does one thing many
/// times, for a profiler.
@main
struct Measure {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let options = try MeasureOptions(taking: &arguments)
        if arguments.first == "repeat" {
            guard arguments.count == 3, let count = Int(arguments[2]) else { throw MeasureError("repeat NAME COUNT") }
            try Repetition.run(arguments[1], count, options)
            return
        }
        let known = ["disk", "desk", "wire"]
        for name in arguments where !known.contains(name) {
            throw MeasureError("no measurement \(name); there are \(known.joined(separator: ", "))")
        }
        let wanted = arguments.isEmpty ? known : arguments
        if wanted.contains("disk") { try DiskMeasurement(options).run() }
        if wanted.contains("desk") { try DeskMeasurement(options).run() }
        if wanted.contains("wire") { try WireMeasurement(options).run() }
    }
}

/// How much is measured, and where the files go.
struct MeasureOptions {
    /// How often everything is measured in turn; the figures are the medians.
    var rounds = 3
    /// Seconds of one measurement.
    var seconds = 1.0
    /// On the disk that is to be measured: not in memory.
    var folder = ".build/measure"

    init(taking arguments: inout [String]) throws {
        while let start = arguments.firstIndex(where: { $0.hasPrefix("--") }) {
            guard start + 1 < arguments.count else { throw MeasureError("\(arguments[start]) needs a value") }
            let (name, value) = (arguments[start], arguments[start + 1])
            switch (name, Int(value), Double(value)) {
            case ("--rounds", let count?, _) where count > 0: rounds = count
            case ("--seconds", _, let length?) where length > 0: seconds = length
            case ("--folder", _, _): folder = value
            default: throw MeasureError("\(name) \(value)?")
            }
            arguments.removeSubrange(start...(start + 1))
        }
    }
}
