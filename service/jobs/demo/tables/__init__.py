"""What the demo region is drawn from: places, names, tests, medicines, how common things are."""
