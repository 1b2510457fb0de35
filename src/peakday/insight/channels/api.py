"""How do other rooms and doors ask about a shop's channels?

Every function takes the actor first and needs `data:view` on the shop; what changes something needs `data:edit`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from peakday.insight.channels import queries, store
from peakday.insight.channels.actions import import_channel_file
from peakday.insight.channels.errors import MissingRate
from peakday.insight.channels.model import Calibration, Calibre, Connection, DayFigures, NewConnection, Rate, Report
from peakday.insight.channels.rules.exchange import in_currency, missing_rates
from peakday.insight.channels.rules.own_file import FIELDS, NEEDED
from peakday.insight.channels.rules.time_saved import minutes_saved
from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import new_id
from peakday.kernel.imports import ImportRun, list_runs
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import Invalid, Problem, TooMany
from peakday.kernel.text import Text

__all__ = [
    "MissingRate", "Report", "add_rate", "ask_for_import", "carry_on_import", "connect", "consolidate", "import_file",
    "list_connections", "list_rates", "report_of",
]  # fmt: skip

VIEW, EDIT = "data:view", "data:edit"
NAME_LENGTH_MAX = 60
SOURCE_LENGTH_MAX = 120
RATE_MAX = Decimal(10) ** 9
RUN_KIND = import_channel_file.RUN_KIND
IMPORT_JOB = import_channel_file.JOB
USUAL_DAYS = 30


async def connect(house: House, tx: Tx, actor: Actor, shop_id: UUID, wanted: NewConnection) -> Connection:
    """A new channel of the shop. Refuses `Invalid`, `ConnectionNameTaken`, `TooMany`."""
    require(actor, EDIT, shop_id)
    _check(wanted.name, wanted.calibre, wanted.calibration)
    if len(await queries.list_connections(tx, shop_id)) >= queries.CONNECTIONS_MAX:
        raise TooMany
    now = house.clock.now()
    connection = Connection(shop_id, new_id(now), wanted.name.strip(), wanted.calibre, wanted.calibration, now)
    await store.add_connection(tx, connection)
    return connection


async def list_connections(tx: Tx, actor: Actor, shop_id: UUID) -> list[Connection]:
    """The shop's channels."""
    require(actor, VIEW, shop_id)
    return await queries.list_connections(tx, shop_id)


async def get_connection(tx: Tx, actor: Actor, shop_id: UUID, connection_id: UUID) -> Connection:
    """One channel of the shop; refuses `ConnectionNotFound`."""
    require(actor, VIEW, shop_id)
    return await queries.get_connection(tx, shop_id, connection_id)


async def import_file(
    house: House, actor: Actor, shop_id: UUID, connection_id: UUID, path: Path, file_name: str
) -> ImportRun:
    """Take a channel's file: all rows that can be read, or, where it contradicts itself or what we have, none.

    Refuses `FileUnreadable`, `FileContradictory`, `TotalsDiffer`, `ConnectionNotFound`. The same file again has no
    effect; a killed import goes on where it stood.
    """
    require(actor, EDIT, shop_id)
    return await import_channel_file.import_channel_file(house, shop_id, connection_id, path, file_name)


async def ask_for_import(
    house: House, actor: Actor, shop_id: UUID, connection_id: UUID, path: Path, file_name: str
) -> ImportRun:
    """Leave a file to the worker, which takes it as `import_file` does; the run tells how far it is and what is wrong.

    Refuses `ConnectionNotFound`. The same file again is the same run.
    """
    require(actor, EDIT, shop_id)
    return await import_channel_file.ask_for_import(house, shop_id, connection_id, path, file_name)


carry_on_import = import_channel_file.carry_on


async def list_imports(tx: Tx, actor: Actor, shop_id: UUID) -> list[ImportRun]:
    """The shop's imports of channels' files, latest first."""
    require(actor, VIEW, shop_id)
    return [run for run in await list_runs(tx, shop_id) if run.kind == RUN_KIND]


async def add_rate(house: House, tx: Tx, actor: Actor, shop_id: UUID, rate: Rate) -> None:
    """Keep a rate. Refuses `Invalid`, `RatesOverlap`."""
    require(actor, EDIT, shop_id)
    known = rate.currency in MINOR_DIGITS and rate.into in MINOR_DIGITS and rate.currency != rate.into
    if not known or not rate.rate.is_finite() or not 0 < rate.rate < RATE_MAX or rate.first_day > rate.last_day:
        raise Invalid(_fault("rate", "汇率、货币或日期有误", "the rate, its currencies or its days are wrong",
                             "填写正数汇率与先后正确的日期", "Give a positive rate and days in order"))  # fmt: skip
    if not 0 < len(rate.source.strip()) <= SOURCE_LENGTH_MAX:
        raise Invalid(_fault("source", "缺少来源", "no source", "写明汇率从何而来", "Say where the rate is from"))
    await store.add_rate(tx, shop_id, rate, house.clock.now())


async def list_rates(tx: Tx, actor: Actor, shop_id: UUID) -> list[Rate]:
    """The rates that the merchant gave."""
    require(actor, VIEW, shop_id)
    return await queries.list_rates(tx, shop_id)


async def consolidate(
    tx: Tx, actor: Actor, shop_id: UUID, into: str, days: tuple[date, date] | None = None
) -> list[DayFigures]:
    """What each channel came to each market day, in one currency. Refuses `MissingRate`."""
    require(actor, VIEW, shop_id)
    figures = await queries.list_days(tx, shop_id, *(days or (None, None)))
    return in_currency(figures, await queries.list_rates(tx, shop_id), into)


async def list_missing_rates(
    tx: Tx, actor: Actor, shop_id: UUID, into: str, days: tuple[date, date]
) -> list[tuple[str, date]]:
    """The currencies and days that `consolidate` would refuse."""
    require(actor, VIEW, shop_id)
    return missing_rates(await queries.list_days(tx, shop_id, *days), await queries.list_rates(tx, shop_id), into)


async def find_last_day(tx: Tx, actor: Actor, shop_id: UUID) -> date | None:
    """The latest market day on which a channel was paid."""
    require(actor, VIEW, shop_id)
    return await queries.find_last_day(tx, shop_id)


async def report_of(tx: Tx, actor: Actor, shop_id: UUID, currency: str, day: date) -> Report:
    """The daily report of one day. Refuses `MissingRate`."""
    raw = await queries.list_days(tx, shop_id, day, day) if actor.can(VIEW) else []
    month = await consolidate(tx, actor, shop_id, currency, (day - timedelta(days=USUAL_DAYS - 1), day))
    channels = await queries.list_connections(tx, shop_id)

    def of(wanted: date) -> tuple[DayFigures, ...]:
        return tuple(one for one in month if one.day == wanted)

    foreign = {one.currency for one in raw} - {currency}
    saved = minutes_saved(len({one.connection_id for one in raw}), len(foreign))
    return Report(
        day, currency, tuple(channels), of(day), of(day - timedelta(days=1)), of(day - timedelta(days=7)),
        tuple(month), saved,
    )  # fmt: skip


def _check(name: str, calibre: Calibre, how: Calibration) -> None:
    if not 0 < len(name.strip()) <= NAME_LENGTH_MAX or not name.isprintable():
        raise Invalid(
            _fault("name", "名称长度须为 1–60", "a name has 1 to 60 characters", "换个名称", "Choose another")
        )
    try:
        ZoneInfo(how.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_fault("zone", "未知时区", "an unknown time zone", "例如 Europe/London",
                             "Such as Europe/London")) from None  # fmt: skip
    if how.currency not in MINOR_DIGITS:
        raise Invalid(_fault("currency", "未知货币", "an unknown currency", "从列表选择", "Choose one of the list"))
    if not 0 <= how.tax.basis_points <= 10_000:
        raise Invalid(_fault("tax", "税率须为 0–100%", "a tax is 0 to 100 %", "更正税率", "Correct the tax"))
    if calibre is Calibre.OWN:
        _check_mapping(how.mapping)


def _check_mapping(mapping: Mapping[str, str]) -> None:
    lacking = [name for name in NEEDED if not mapping.get(name)]
    unknown = [name for name in mapping if name not in FIELDS]
    if lacking or unknown:
        names = ", ".join([*lacking, *unknown])
        raise Invalid(_fault("mapping", f"列对应有误:{names}", f"the mapping is wrong: {names}",
                             f"必填:{', '.join(NEEDED)}", f"Needed: {', '.join(NEEDED)}"))  # fmt: skip


def _fault(field: str, zh: str, en: str, remedy_zh: str, remedy: str) -> Problem:
    return Problem(field, f"bad_{field}", Text(zh, en), Text(remedy_zh, remedy))
