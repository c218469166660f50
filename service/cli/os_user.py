"""Who gives a command, as the operating system knows them; the access log names them so."""

import os
from getpass import getuser


def os_user() -> str:
    """The operating system's name for who runs this, else the number."""
    try:
        return f"os-user:{getuser()}"
    except (KeyError, OSError):  # an account without a name, as in a container
        return f"os-user:{os.getuid()}"
