"""What every deploy target shares: the Kubernetes objects of a workload as plain nested data, and how they are printed."""
