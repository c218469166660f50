"""seuranta token: a signed token of the embedded issuer."""

import os

import click

from service.cli.os_user import os_user
from service.clock import SystemClock
from service.deployment import expect_database, opened_storage
from service.domain.access import Role, Viewer
from service.domain.scope import is_scope
from service.settings import Settings, read_settings
from service.tokens import LIFETIME, Grant, Issuer

_BOUND = {Role.PATIENT: "patient", Role.CLINICIAN: "unit"}


@click.command("token")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--patient", default="", metavar="ID", help="the Patient of a patient's token")
@click.option("--unit", default="", metavar="ID", help="the Organization of a clinician's token")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="a SMART v2 scope; repeat")
@click.option("--subject", default="", metavar="NAME", help="whom the access log names")
def command(role: str, patient: str, unit: str, scopes: tuple[str, ...], subject: str) -> None:
    """Print a token for the APIs, valid for an hour.

    Only where the service signs tokens itself: with SEURANTA_ISSUER set, ask that issuer.

    \b
    Example:
      curl -H "Authorization: Bearer $(seuranta token --role system)" \\
        http://127.0.0.1:8000/fhir/Patient?_count=1
    """
    settings = read_settings(os.environ)
    if not settings.issues_own_tokens:
        raise click.UsageError(f"tokens are signed by {settings.issuer}: ask there for one")
    speaking_as, allowed = _bound(Role(role), patient, unit), _known(scopes)
    expect_database(settings)
    _warn_if_unknown(settings, patient, unit)
    now = SystemClock(settings.today).now()
    grant = Grant(
        role=speaking_as,
        subject=subject or os_user(),
        expires_at=now + LIFETIME,
        patient=patient,
        unit=unit,
        scopes=allowed,
    )
    click.echo(Issuer.opened(settings).issue(grant, at=now))


def _warn_if_unknown(settings: Settings, patient: str, unit: str) -> None:
    """Say that a token for somebody who is not in the database will see nothing."""
    named = [(type_, id_) for type_, id_ in (("Patient", patient), ("Organization", unit)) if id_]
    if not named:
        return
    today = SystemClock(settings.today).today()
    with opened_storage(settings) as storage, storage.read() as view:
        for type_, id_ in named:
            stored = view.resources.find(type_, id_, viewer=Viewer(Role.SYSTEM, today))
            if stored is None or stored.deleted:
                words = f"There is no {type_}/{id_} here: a token for it will see nothing."
                click.echo(words, err=True)


def _bound(role: Role, patient: str, unit: str) -> Role:
    """The role, where it has the patient or the unit that it must be bound to, and no other."""
    given = {"patient": patient, "unit": unit}
    wanted = _BOUND.get(role)
    for option, value in given.items():
        if value and option != wanted:
            raise click.UsageError(f"--{option} does not go with --role {role.value}")
    if wanted and not given[wanted]:
        raise click.UsageError(f"--role {role.value} needs --{wanted} ID")
    return role


def _known(scopes: tuple[str, ...]) -> tuple[str, ...]:
    for scope in scopes:
        if not is_scope(scope):
            raise click.UsageError(f"--scope {scope}: a SMART v2 scope is like user/Patient.rs")
    return scopes
