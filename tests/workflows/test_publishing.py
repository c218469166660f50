"""A protocol is published, refused and retired while the service runs: plans keep the version they have."""

from pathlib import Path

import orjson
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from service.domain.errors import Conflict, Duplicate
from service.domain.follow_up import Stretch
from service.domain.protocol import Kind
from service.jobs.rebuild import rebuild
from service.runtime import Runtime
from service.storage.schema import MIGRATIONS, head
from tests.house import SYSTEM, house
from tests.jobs.past_days import projection
from tests.protocols import NEXT, a_version, every, shipped
from tests.receiving import Reception, a_condition, a_patient, a_unit, an_hba1c

HYPOTHYROIDISM = "hypothyroidism"
OWN_ID = f"{HYPOTHYROIDISM}-{NEXT}"


@pytest.fixture
def reception(runtime: Runtime) -> Reception:
    """A house whose unit takes people on protocols on arrival, with one person who was there before."""
    found = Reception(runtime)
    found.put(a_unit(), a_patient("before"), a_condition("c0", patient="before", code="E03.9"))
    return found


def comes(reception: Reception, patient: str) -> None:
    """Somebody with hypothyroidism comes to the unit."""
    condition = a_condition(f"of-{patient}", patient=patient, code="E03.9")
    reception.put(a_patient(patient), condition)


def version_of(reception: Reception, patient: str) -> str:
    plan = reception.kept(patient).plan
    return plan.protocols[HYPOTHYROIDISM].version if plan else ""


def review_of(reception: Reception, patient: str) -> Stretch:
    follow_ups = reception.kept(patient).follow_ups.values()
    one = next(one for one in follow_ups if one.identity == f"{HYPOTHYROIDISM}/review")
    return one.stretches[-1]


def named_in_the_record(reception: Reception, patient: str) -> set[str]:
    """The protocols that the plan and the follow-ups of a patient name."""
    kept = reception.kept(patient)
    assert kept.plan
    ids = {
        "CarePlan": [kept.plan.id],
        "ServiceRequest": [one.id for one in kept.follow_ups.values()],
    }
    with reception.runtime.store.read() as view:
        found = [
            stored
            for type_, wanted in ids.items()
            for stored in view.resources.find_many(type_, wanted, viewer=SYSTEM).values()
        ]
    return {one for stored in found for one in orjson.loads(stored.body)["instantiatesCanonical"]}


def test_a_new_version_enrols_and_a_running_plan_keeps_the_one_it_has(reception: Reception) -> None:
    reception.put(a_version(change=every(12), id=OWN_ID))
    comes(reception, "after")
    reception.put(an_hba1c(patient="before"))

    assert version_of(reception, "before") == "2026.1"
    assert review_of(reception, "before").interval == "P24M"
    assert version_of(reception, "after") == NEXT
    assert review_of(reception, "after").interval == "P12M"
    for patient, version in (("before", "2026.1"), ("after", NEXT)):
        named = named_in_the_record(reception, patient)
        assert named == {f"{shipped()['url']}|{version}"}


def test_the_next_version_may_come_in_the_same_resource(reception: Reception) -> None:
    reception.put(shipped())
    reception.put(a_version(change=every(12)))
    comes(reception, "after")

    catalogue = reception.runtime.catalogue
    assert version_of(reception, "after") == NEXT
    assert catalogue.version_of(HYPOTHYROIDISM, "2026.1").status == "active"


def test_a_draft_enrols_nobody_and_can_be_read(reception: Reception) -> None:
    reception.put(a_version(status="draft", change=every(12), id=OWN_ID))
    comes(reception, "after")

    assert version_of(reception, "after") == "2026.1"
    draft = reception.runtime.catalogue.version_of(HYPOTHYROIDISM, NEXT)
    assert draft.status == "draft"

    reception.put(a_version(status="draft", change=every(6), id=OWN_ID))
    reception.put(a_version(change=every(6), id=OWN_ID))
    comes(reception, "later")
    assert review_of(reception, "later").interval == "P6M"


def test_what_is_retired_without_another_enrols_nobody_and_its_plans_go_on(
    reception: Reception,
) -> None:
    reception.put(shipped())
    reception.put(shipped() | {"status": "retired"})
    comes(reception, "after")
    reception.put(an_hba1c(patient="before"))

    assert HYPOTHYROIDISM not in reception.runtime.catalogue.protocols
    assert version_of(reception, "after") == ""
    assert version_of(reception, "before") == "2026.1"
    assert review_of(reception, "before").interval == "P24M"


def test_what_was_retired_gives_way_to_the_version_that_is_active(reception: Reception) -> None:
    reception.put(shipped(), a_version(change=every(12), id=OWN_ID))
    reception.put(a_version(status="retired", change=every(12), id=OWN_ID))
    comes(reception, "after")

    assert version_of(reception, "after") == "2026.1"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("active", "draft", "is active and cannot be draft again"),
        ("retired", "active", "is retired and cannot be active again"),
        ("retired", "draft", "is retired and cannot be draft again"),
    ],
)
def test_a_version_never_goes_back(reception: Reception, before: str, after: str, words: str):
    reception.put(a_version(status=before))
    with pytest.raises(Conflict, match=words):
        reception.put(a_version(status=after))


@pytest.mark.parametrize("status", ["active", "retired"])
def test_what_plans_may_follow_asks_for_the_same_as_long_as_it_lives(reception, status):
    reception.put(a_version(status=status))
    with pytest.raises(Conflict, match=r"Give the changed one a new version\."):
        reception.put(a_version(status=status, change=every(12)))

    reception.put(a_version(status=status, title="Kilpirauhasen vajaatoiminnan seuranta"))
    told = reception.runtime.catalogue.version_of(HYPOTHYROIDISM, NEXT)
    assert told.names["fi"] == "Kilpirauhasen vajaatoiminnan seuranta"


def test_a_version_stands_in_one_resource_and_an_id_has_one_address(reception: Reception) -> None:
    reception.put(shipped(), a_version(id=OWN_ID))
    with pytest.raises(Duplicate, match=f"stands in PlanDefinition/{OWN_ID}"):
        reception.put(a_version())
    with pytest.raises(Duplicate, match="take another last part"):
        reception.put(
            a_version(id="other", url=f"https://b.example/PlanDefinition/{HYPOTHYROIDISM}")
        )


def test_a_draft_can_be_deleted_and_what_was_active_cannot(reception: Reception) -> None:
    reception.put(shipped(), a_version(status="draft", id=OWN_ID))
    with pytest.raises(Conflict, match=r"Retire it instead\."):
        reception.delete(f"PlanDefinition/{HYPOTHYROIDISM}")

    reception.delete(f"PlanDefinition/{OWN_ID}")
    comes(reception, "after")
    assert (HYPOTHYROIDISM, NEXT) not in reception.runtime.catalogue.versions


def test_what_is_no_protocol_of_ours_is_an_ordinary_record(reception: Reception) -> None:
    foreign = {
        "resourceType": "PlanDefinition",
        "id": "foreign",
        "url": f"https://b.example/PlanDefinition/{HYPOTHYROIDISM}",
        "version": "1",
        "status": "active",
        "action": [{"title": "Order the panel", "condition": [{"kind": "applicability"}]}],
    }
    reception.put(foreign)
    reception.put(foreign | {"status": "draft"})
    reception.delete("PlanDefinition/foreign")
    assert len(reception.runtime.catalogue.versions) == len(reception.runtime.catalogue.protocols)


def test_another_process_takes_what_was_published_with_its_next_transaction_or_reading(
    reception: Reception, database_url: str, tmp_path: Path
) -> None:
    with house(database_url, tmp_path / "other") as other:
        with other.store.read():
            assert other.catalogue.protocols[HYPOTHYROIDISM].version == "2026.1"
        reception.put(a_version(change=every(12), id=OWN_ID))
        comes(reception, "after")

        there = Reception(other)
        there.now = reception.now
        there.put(an_hba1c(patient="after"))
        assert there.kept("after").plan == reception.kept("after").plan

        reception.put(a_version(status="retired", change=every(12), id=OWN_ID))
        with other.store.read():
            assert other.catalogue.protocols[HYPOTHYROIDISM].version == "2026.1"
            told = other.tellers["fi"].told(
                "hypothyroidism.review", Kind.VISIT, review_of(there, "after")
            )
    assert told.version == NEXT


def test_a_rebuild_puts_everybody_on_the_version_that_was_published_then(
    reception: Reception,
) -> None:
    reception.put(a_version(change=every(12), id=OWN_ID))
    comes(reception, "after")
    reception.put(a_version(status="retired", change=every(12), id=OWN_ID))
    comes(reception, "later")
    reception.put(an_hba1c(patient="before"), an_hba1c("o2", patient="after"))
    before = projection(reception.runtime)

    assert rebuild(reception.runtime).different == 0

    assert projection(reception.runtime) == before
    assert version_of(reception, "later") == "2026.1"


def test_everybody_reads_a_protocol_that_they_may_see(reception: Reception) -> None:
    reception.put(a_version(id=OWN_ID))
    with reception.runtime.store.read() as view:
        found = view.resources.read("PlanDefinition", OWN_ID, viewer=SYSTEM)
    assert orjson.loads(found.body)["version"] == NEXT


def test_versions_that_were_stored_before_they_were_noted_are_known_after_a_migration(
    reception: Reception, database_url: str, tmp_path: Path
) -> None:
    reception.put(shipped() | {"version": "2025.1"})
    older = (
        "UPDATE transactions SET actor = 'publishing'",
        "DROP TABLE publications",
        "UPDATE alembic_version SET version_num = '0012'",
    )
    with reception.runtime.store.engine.begin() as connection:  # type: ignore[attr-defined]
        for statement in older:
            connection.exec_driver_sql(statement)
        config = Config(attributes={"connection": connection, "progress": lambda _: None})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0013")
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": head()})

    with house(database_url, tmp_path / "later") as later:
        later.store.catch_up()
        told = later.catalogue.version_of(HYPOTHYROIDISM, "2025.1")
    assert told.names == later.catalogue.protocols[HYPOTHYROIDISM].names
