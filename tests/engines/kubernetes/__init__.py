"""A Kubernetes control plane of our own: how it is built (Go) and how its pretended nodes behave (stages)."""
