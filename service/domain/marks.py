"""The marks that a deployment can carry."""

from typing import Final

INVENTED: Final = "invented"
"""All people of the database are invented: it holds the seed they were made from."""

PUBLISHED: Final = "published"
"""The digest of the definitions that stand in the record."""

PROTOCOLS: Final = "protocols"
"""The number of the transaction that published a version of a protocol, or its status, last."""

FITTED: Final = "fitted"
"""The digest of the active versions for which it was found last whom of all people they fit."""
