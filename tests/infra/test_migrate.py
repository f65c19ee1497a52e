"""The schema's files, and that migrations and re-run files make exactly schema/schema.sql."""

import re
from pathlib import Path

import pytest

from devstack import migrate
from devstack.postgres import Cluster

MIGRATIONS = sorted((migrate.SCHEMA / "migrations").iterdir())
OBJECTS = [path for pattern in migrate.RERUN if "/" in pattern for path in sorted(migrate.SCHEMA.glob(pattern))]


def test_migrations_are_numbered_without_gaps() -> None:
    assert [path.name[:5] for path in MIGRATIONS] == [f"{number:04}_" for number in range(1, len(MIGRATIONS) + 1)]


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.name)
def test_a_migration_goes_forward_only(path: Path) -> None:
    assert re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", path.name)
    assert path.read_text().startswith("-- migrate:up\n")
    assert "migrate:down" not in path.read_text()


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: path.stem)
def test_a_file_is_named_for_its_object_and_says_what_it_does(path: Path) -> None:
    text = path.read_text()
    schema = path.parent.name if path.parent.parent.name == "functions" else r"\w+"
    assert re.search(rf"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE|VIEW) ({schema}\.)?{path.stem}\b", text)
    assert text.startswith("-- ")


def test_no_file_lies_where_it_would_not_run() -> None:
    run = {
        path for pattern in [*migrate.RERUN, "migrations/*.sql", "schema.sql"] for path in migrate.SCHEMA.glob(pattern)
    }
    assert run == set(migrate.SCHEMA.rglob("*.sql"))


def test_the_committed_dump_is_what_the_files_make(cluster: Cluster, database: str) -> None:
    assert migrate.dump(cluster.url("owner", database)) == (migrate.SCHEMA / "schema.sql").read_text(), (
        "run `gigstream schema-dump` and look at what changed"
    )


def test_migrating_again_changes_nothing(cluster: Cluster, database: str) -> None:
    before = migrate.dump(cluster.url("owner", database))
    migrate.migrate(cluster.url("owner", database))
    assert migrate.dump(cluster.url("owner", database)) == before


def test_a_refused_file_is_named_with_its_line(
    cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "seed").mkdir()
    (tmp_path / "seed" / "bad.sql").write_text("SELECT 1;\n\nSELECT nothing;\n")
    monkeypatch.setattr(migrate, "SEED", tmp_path / "seed")
    monkeypatch.setattr(migrate, "SCHEMA", tmp_path / "schema")
    with pytest.raises(migrate.MigrationError, match=r'^seed/bad\.sql:3: column "nothing" does not exist'):
        migrate.seed(cluster.url("owner", database))


def test_public_holds_the_eight_tables(cluster: Cluster, database: str) -> None:
    with cluster.superuser(database) as conn:
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    assert [name for (name,) in tables] == [
        "audit_logs",
        "loans",
        "platforms",
        "reputation_events",
        "streams",
        "tasks",
        "transactions",
        "workers",
    ]
