"""Clinical rules as tables a nurse can read and sign, one file a rule shape."""
