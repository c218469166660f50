"""What is sent or told about people is carried out: in one transaction with its line in the access log."""
