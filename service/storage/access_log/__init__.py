"""The access log: who saw or changed what about whom, in hash chains, collected and proved."""
