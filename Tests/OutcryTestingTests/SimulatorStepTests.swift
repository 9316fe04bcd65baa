import Testing

@testable import Simulation

/// A run ends, whatever the desk does.
@Suite struct SimulatorStepTests {
    @Test func `a run that finds no end is a violation`() {
        let simulation = Simulation(seed: 3, profile: .wire, linesKept: 0)
        simulation.stepsMax = 50
        let violation = #expect(throws: Violation.self) { try simulation.run() }
        #expect(violation?.invariant == .comesToRest)
        #expect(violation?.text == "more than 50 steps, and no end")
    }

    /// What has been overtaken is dropped when its time comes. Where each of it called for another, a quarter of an hour in which
    /// nothing happens took minutes.
    @Test(arguments: [SimulationProfile.paper, .wire])
    func `what wakes the desk and moves the wire does not multiply`(profile: SimulationProfile) throws {
        let simulation = Simulation(seed: 3, profile: profile, linesKept: 0)
        try simulation.run()
        try simulation.pass(seconds: 60)
        let steps = simulation.steps
        try simulation.pass(seconds: 60)
        let first = simulation.steps - steps
        try simulation.pass(seconds: 600)
        #expect(simulation.steps - steps - first < 20 * first)
    }
}
