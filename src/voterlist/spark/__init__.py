"""The same linkage on a cluster with Spark."""
