"""Who comes: a shop's history, the draws, and the workload that they make."""
