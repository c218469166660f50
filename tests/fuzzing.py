"""The Hypothesis profile of `make fuzz`: many examples, other ones each time.

`make test` uses the library's own profile `ci`, whose examples are the same on every machine.
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fuzz", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
