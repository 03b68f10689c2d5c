"""Facts and `cdgen.yaml` become services: the one place that decides."""
