"""Does each migration happen once, wholly or not at all?"""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from peakday.kernel.database import migrate as module
from peakday.kernel.database.migrate import MIGRATIONS, migrate


def tables(url):
    with psycopg.connect(url) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'shelf' order by 1").fetchall()
    return [row[0] for row in rows]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "0001_shelf.sql").write_text(
        "-- the shelf: 货架\ncreate schema shelf;\ncreate table shelf.board (name text default 'a;b');\n"
    )
    (tmp_path / "0002_rule.sql").write_text(
        "create function shelf.double(n int) returns int language plpgsql as $$ begin return n * 2; end; $$;\n"
        "create table shelf.rule (n int);\n"
    )
    return tmp_path


def test_our_own_migrations_are_numbered_and_each_is_applied_once(empty_database_url):
    names = [path.stem for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert migrate(empty_database_url) == names
    assert migrate(empty_database_url) == []
    assert len({name.split("_")[0] for name in names}) == len(names), "two migrations share a number"


def test_a_later_file_is_applied_alone(empty_database_url, folder):
    later = folder / "0002_rule.sql"
    held = later.rename(folder / "held.txt")
    assert migrate(empty_database_url, folder) == ["0001_shelf"]
    held.rename(later)
    assert migrate(empty_database_url, folder) == ["0002_rule"]
    assert tables(empty_database_url) == ["board", "rule"]


def test_four_migrators_at_once_apply_each_file_once(empty_database_url, folder):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: migrate(empty_database_url, folder), range(4)))
    assert sorted(name for names in done for name in names) == ["0001_shelf", "0002_rule"]


def test_a_migration_that_fails_leaves_nothing_and_can_be_mended(empty_database_url, folder):
    broken = folder / "0003_broken.sql"
    broken.write_text("create table shelf.half (n int);\ncreate table shelf.half (n int);\n")
    with pytest.raises(psycopg.errors.DuplicateTable):
        migrate(empty_database_url, folder)
    assert tables(empty_database_url) == ["board", "rule"]
    broken.write_text("create table shelf.whole (n int);\n")
    assert migrate(empty_database_url, folder) == ["0003_broken"]
    assert tables(empty_database_url) == ["board", "rule", "whole"]


def test_a_killed_migrator_does_not_lock_out_the_next(empty_database_url, folder):
    migrate(empty_database_url, folder)
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("insert into yoyo_lock values (1, now(), 4711)")
    (folder / "0003_more.sql").write_text("create table shelf.more (n int);")
    assert migrate(empty_database_url, folder) == ["0003_more"]


def test_a_statement_that_waits_too_long_for_a_table_gives_up(empty_database_url, folder, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS_MAX", 1)
    migrate(empty_database_url, folder)
    (folder / "0003_wide.sql").write_text("alter table shelf.board add column width int;")
    with psycopg.connect(empty_database_url) as reader:
        reader.execute("select * from shelf.board")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(empty_database_url, folder)
        reader.rollback()
        found = reader.execute("select * from shelf.board")
        assert [column.name for column in found.description] == ["name"]
