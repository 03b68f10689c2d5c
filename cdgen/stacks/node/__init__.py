"""Node and TypeScript: one module per package manager, one per subject that they share."""
