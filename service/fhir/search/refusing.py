"""What is raised for a parameter of a search that cannot be followed."""

from service.domain.errors import Invalid, Issue


def refused(name: str, words: str) -> Invalid:
    """The refusal of a parameter; `name` is the client's own word."""
    return Invalid(issues=[Issue("not-supported", f"`{name[:64]}`: {words}", name[:64])])
