"""Rust. One build tool: cargo, alone or in a workspace."""
