"""The domain module by module: units, and properties that hold whatever the data."""
