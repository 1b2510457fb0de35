"""Where do the people's numbers, crowds, uploads and withdrawals stay? The only writes of this room."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from pyroaring import BitMap

from peakday.insight.audiences.errors import CrowdNameTaken
from peakday.insight.audiences.model import Crowd, Origin, Uploaded
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Problem

PERSON_PREFIX = "byr"
_CROWD = "shop_id, crowd_id, name, origin, expression, note, people, refreshed_at, created_at"


@dataclass(frozen=True, slots=True)
class UploadRow:
    """What is kept of an upload."""

    rows: int
    accepted: int
    matched: int
    refused: int
    problems: Sequence[Problem]


def shown_person(person: str) -> str:
    """A person's id as files show it: a buyer with the prefix, anybody else by the shop's own word."""
    try:
        return show_id(PERSON_PREFIX, UUID(person))
    except ValueError:
        return person


def hash_of(person: str) -> bytes:
    """What an uploaded list names the person by."""
    return hashlib.sha256(shown_person(person).encode()).digest()


async def add_people(tx: Tx, shop_id: UUID, people: Collection[str]) -> None:
    """Number those who have no number yet, in the order given; takes the lock of the shop's numbering."""
    await tx.execute("insert into audiences.numbering (shop_id) values ($1) on conflict do nothing", shop_id)
    last = await tx.fetchval("select people from audiences.numbering where shop_id = $1 for update", shop_id)
    known = await tx.fetch(
        "select person from audiences.person where shop_id = $1 and person = any($2::text[])", shop_id, list(people)
    )
    taken = {row["person"] for row in known}
    fresh = [one for one in dict.fromkeys(people) if one not in taken]
    rows = [(shop_id, no, person, hash_of(person)) for no, person in enumerate(fresh, last + 1)]
    await tx.copy_records_to_table("person", schema_name="audiences", records=rows)
    await tx.execute("update audiences.numbering set people = people + $2 where shop_id = $1", shop_id, len(rows))


async def fetch_people(tx: Tx, shop_id: UUID, after: int) -> list[tuple[int, str]]:
    """The numbered people after a number, in order."""
    rows = await tx.fetch(
        "select person_no, person from audiences.person where shop_id = $1 and person_no > $2 order by person_no",
        shop_id, after,
    )  # fmt: skip
    return [(row["person_no"], row["person"]) for row in rows]


async def fetch_words(tx: Tx, shop_id: UUID, numbers: Sequence[int]) -> list[str]:
    """The people behind numbers, in the order of the numbers."""
    rows = await tx.fetch(
        "select person from audiences.person where shop_id = $1 and person_no = any($2::int[]) order by person_no",
        shop_id, list(numbers),
    )  # fmt: skip
    return [row["person"] for row in rows]


async def match_hashes(tx: Tx, shop_id: UUID, hashes: Collection[bytes]) -> BitMap:
    """The numbers of those people whose hash is in the list."""
    rows = await tx.fetch(
        "select person_no from audiences.person where shop_id = $1 and id_hash = any($2::bytea[])",
        shop_id, list(hashes),
    )  # fmt: skip
    return BitMap([row["person_no"] for row in rows])


async def fetch_hash_numbers(tx: Tx, shop_id: UUID, hashes: Collection[bytes]) -> dict[bytes, int]:
    """The number of each person whose hash is in the list; nobody who withdrew the consent."""
    rows = await tx.fetch(
        "select id_hash, person_no from audiences.person p where shop_id = $1 and id_hash = any($2::bytea[])"
        " and not exists (select 1 from audiences.withdrawal w where w.person = p.person"
        " and (w.shop_id = $1 or w.shop_id is null))",
        shop_id, list(hashes),
    )  # fmt: skip
    return {bytes(row["id_hash"]): row["person_no"] for row in rows}


async def has_withdrawn(tx: Tx, shop_id: UUID | None, person: str) -> bool:
    """Whether a person withdrew the consent for this shop (none: for all)."""
    return bool(await tx.fetchval(
        "select exists (select 1 from audiences.withdrawal where person = $2 and shop_id is not distinct from $1)",
        shop_id, person,
    ))  # fmt: skip


async def fetch_withdrawn(tx: Tx, shop_id: UUID) -> BitMap:
    """The numbers of those who withdrew their consent, for this shop or for all."""
    rows = await tx.fetch(
        """
        select p.person_no from audiences.withdrawal w
        join audiences.person p on p.shop_id = $1 and p.person = w.person
        where w.shop_id = $1 or w.shop_id is null
        """,
        shop_id,
    )
    return BitMap([row["person_no"] for row in rows])


async def add_withdrawal(tx: Tx, shop_id: UUID | None, person: str, at: datetime) -> bool:
    """Whether it is new."""
    sql = "insert into audiences.withdrawal (shop_id, person, withdrawn_at) values ($1, $2, $3) on conflict do nothing"
    return (await tx.execute(sql, shop_id, person, at)).endswith(" 1")


async def drop_withdrawal(tx: Tx, shop_id: UUID | None, person: str) -> bool:
    """Whether there was one."""
    sql = "delete from audiences.withdrawal where person = $2 and shop_id is not distinct from $1"
    return (await tx.execute(sql, shop_id, person)).endswith(" 1")


async def insert_crowd(tx: Tx, crowd: Crowd, members: BitMap | None, created_by: UUID | None) -> None:
    """Keep a crowd; refuses CrowdNameTaken."""
    try:
        async with tx.transaction():
            await tx.execute(
                f"insert into audiences.crowd ({_CROWD}, members, created_by) "
                "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                crowd.shop_id, crowd.crowd_id, crowd.name, crowd.origin.value,
                dict(crowd.expression) if crowd.expression is not None else None, crowd.note, crowd.people,
                crowd.refreshed_at, crowd.created_at, None if members is None else members.serialize(), created_by,
            )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise CrowdNameTaken(name=crowd.name) from None


async def refresh_crowd(tx: Tx, shop_id: UUID, crowd_id: UUID, people: int, at: datetime) -> None:
    """Note how many people a crowd has now."""
    await tx.execute(
        "update audiences.crowd set people = $3, refreshed_at = $4 where shop_id = $1 and crowd_id = $2",
        shop_id, crowd_id, people, at,
    )  # fmt: skip


async def delete_crowd(tx: Tx, shop_id: UUID, crowd_id: UUID) -> None:
    """Forget a crowd and what was uploaded for it."""
    await tx.execute("delete from audiences.crowd where shop_id = $1 and crowd_id = $2", shop_id, crowd_id)


async def insert_upload(tx: Tx, shop_id: UUID, crowd_id: UUID, upload: UploadRow, at: datetime) -> None:
    """Keep what became of an uploaded list, with its refused rows."""
    problems = [[one.row, one.code, one.value] for one in upload.problems]
    await tx.execute(
        "insert into audiences.upload values ($1, $2, $3, $4, $5, $6, $7, $8)",
        shop_id, crowd_id, upload.rows, upload.accepted, upload.matched, upload.refused, problems, at,
    )  # fmt: skip


async def fetch_problems(tx: Tx, shop_id: UUID, crowd_id: UUID) -> list[list[object]] | None:
    """The refused rows of an upload: row, code, value; None where nothing was uploaded."""
    problems: list[list[object]] | None = await tx.fetchval(
        "select problems from audiences.upload where shop_id = $1 and crowd_id = $2", shop_id, crowd_id
    )
    return problems


async def fetch_upload(tx: Tx, shop_id: UUID, crowd_id: UUID) -> Uploaded | None:
    """The counts of an upload."""
    row = await tx.fetchrow(
        "select row_count, accepted, matched, refused from audiences.upload where shop_id = $1 and crowd_id = $2",
        shop_id, crowd_id,
    )  # fmt: skip
    return Uploaded(crowd_id, *row) if row else None


async def fetch_crowds(tx: Tx, shop_id: UUID) -> list[Crowd]:
    """Every crowd of a shop, the latest first."""
    rows = await tx.fetch(
        f"select {_CROWD} from audiences.crowd where shop_id = $1 order by created_at desc, crowd_id", shop_id
    )
    return [_crowd(row) for row in rows]


async def fetch_crowd(tx: Tx, shop_id: UUID, crowd_id: UUID) -> tuple[Crowd, BitMap | None] | None:
    """A crowd and, where it is static, its members."""
    row = await tx.fetchrow(
        f"select {_CROWD}, members from audiences.crowd where shop_id = $1 and crowd_id = $2", shop_id, crowd_id
    )
    if row is None:
        return None
    return _crowd(row), None if row["members"] is None else BitMap.deserialize(row["members"])


async def lock_shop(tx: Tx, shop_id: UUID) -> int:
    """Hold the shop's list of crowds; returns how many there are. Held until the end of the transaction."""
    await tx.execute("insert into audiences.numbering (shop_id) values ($1) on conflict do nothing", shop_id)
    await tx.execute("select from audiences.numbering where shop_id = $1 for update", shop_id)
    count: int = await tx.fetchval("select count(*) from audiences.crowd where shop_id = $1", shop_id)
    return count


def _crowd(row: asyncpg.Record) -> Crowd:
    return Crowd(
        row["shop_id"], row["crowd_id"], row["name"], Origin(row["origin"]), row["expression"], row["note"],
        row["people"], row["refreshed_at"], row["created_at"],
    )  # fmt: skip
