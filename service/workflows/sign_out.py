"""A session ends because its holder says so."""

from service.workflows.ports import Work


def sign_out(work: Work, session: str) -> None:
    """End a session now, wherever its secret may still be; nothing happens where it has ended."""
    work.sign_in.end_session(session)
