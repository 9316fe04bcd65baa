package import OrderEngine

/// What the simulator looks at, and nobody in the product does.
extension DeskCore {
    /// The engine's whole durable state.
    package var engineState: EngineSnapshot { engine.snapshot() }
}
