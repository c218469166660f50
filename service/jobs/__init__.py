"""Long or scheduled work: loads, batches, rebuilds, the demo region."""
