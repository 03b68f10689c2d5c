"""Swift. One build tool: SwiftPM. Recognised, not paved."""
