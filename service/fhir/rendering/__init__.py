"""The resources that the service makes: the live plan, its follow-ups and their rounds."""
