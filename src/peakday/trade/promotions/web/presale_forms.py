"""How does the form of presales become offers, one a line?

A line is a SKU's number, the presale price, the deposit, and what the deposit does: the cut (定金立减), or the amount
that it counts as (定金膨胀). All lines share the windows. What cannot be read is told with its line; one bad line and
none is offered, for half a list would have to be cleaned up by hand.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.ids import derived_id
from peakday.kernel.money import parse_minor
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.catalog.model import Goods
from peakday.trade.promotions.errors import BadPresale
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from peakday.trade.promotions.stored import PresaleOffer
from peakday.trade.promotions.web.typed import Reader

LINES_MAX = 200
WINDOWS = ("deposit_from", "deposit_until", "tail_from", "tail_until")
FIELDS = ("kind", "lines", *WINDOWS)
_CUT = re.compile(r"[\s,;、\uff0c\uff1b]+")  # the wide comma and semicolon of Chinese keyboards too
_WORDS = 4


@dataclass(frozen=True, slots=True)
class PresaleLine:
    """One line: its number, the SKU's id, and the terms of one piece in minor units."""

    row: int
    sku_id: UUID
    sku_ref: str
    terms: PresaleTerms


@dataclass(frozen=True, slots=True)
class PresaleTyped:
    """What was typed: the lines and the windows, in the order of WINDOWS."""

    lines: tuple[PresaleLine, ...]
    windows: tuple[datetime, datetime, datetime, datetime]


def read_presales(typed: Mapping[str, str], shop_id: UUID, currency: str) -> PresaleTyped:
    """The lines and windows that were typed. Refuses `BadPresale` with every fault."""
    reader = Reader(dict(typed), currency, shop_id)
    windows = [reader.instant(name) for name in WINDOWS]
    for name, at in zip(WINDOWS, windows, strict=True):
        if at is None and not any(problem.field == name for problem in reader.problems):
            reader.problems.append(_problem(name, "required", "请填写", "It is needed"))
    kind = PresaleKind.INFLATION if typed.get("kind") == PresaleKind.INFLATION else PresaleKind.CUT
    written = [(row, text.strip()) for row, text in enumerate(typed.get("lines", "").splitlines(), 1) if text.strip()]
    if not written:
        reader.problems.append(
            _problem("lines", "required", "至少填写一行商品", "At least one line of goods is needed")
        )
    if len(written) > LINES_MAX:
        reader.problems.append(_problem("lines", "too_many", f"一次最多 {LINES_MAX} 行", f"At most {LINES_MAX} lines"))
    lines = [_line(reader, kind, row, text) for row, text in written[:LINES_MAX]]
    first, second, third, fourth = windows
    if reader.problems or first is None or second is None or third is None or fourth is None:
        raise BadPresale(*reader.problems)
    return PresaleTyped(tuple(line for line in lines if line), (first, second, third, fourth))


def presale_offers(
    typed: PresaleTyped, goods: Sequence[Goods], shop: tuple[UUID, str], key: UUID
) -> list[tuple[int, PresaleOffer]]:  # fmt: skip
    """The offers with their lines; the same key makes the same ids. Refuses `BadPresale` for what is not sold here."""
    known = {each.sku_id: each for each in goods}
    missing = [
        _problem("lines", "unknown_goods", f"第 {line.row} 行:没有商品 {line.sku_ref}",
                 f"Line {line.row}: no SKU {line.sku_ref}", line.row)
        for line in typed.lines if line.sku_id not in known
    ]  # fmt: skip
    if missing:
        raise BadPresale(*missing)
    at = datetime.fromtimestamp((key.int >> 80) / 1000, UTC)
    begins, ends, tail_from, tail_until = typed.windows
    return [
        (line.row, PresaleOffer(
            presale_id=derived_id(at, "presale", str(key), str(line.row)), shop_id=shop[0], sku_id=line.sku_id,
            item_id=known[line.sku_id].item_id, currency=shop[1], terms=line.terms, deposit_from=begins,
            deposit_until=ends, tail_from=tail_from, tail_until=tail_until,
        ))
        for line in typed.lines
    ]  # fmt: skip


def of_line(row: int, refusal: BadPresale) -> list[Problem]:
    """The problems of one line's terms, with the line in their words; those of the windows stay as they are."""
    return [problem if problem.field in WINDOWS else _on_line(row, problem) for problem in refusal.problems]


def _on_line(row: int, problem: Problem) -> Problem:
    message = Text(f"第 {row} 行:{problem.message.zh}", f"Line {row}: {problem.message.en}")
    return Problem("lines", problem.code, message, problem.remedy, row)


def _line(reader: Reader, kind: PresaleKind, row: int, text: str) -> PresaleLine | None:
    words = _CUT.split(text)
    try:
        price, deposit, third = (parse_minor(word, reader.currency) for word in words[1:])
    except ValueError:
        price = deposit = third = -1
    if len(words) != _WORDS or price < 0:
        reader.problems.append(
            _problem(
                "lines",
                "not_a_line",
                f"第 {row} 行看不懂:“{text[:60]}”",
                f"Line {row} cannot be read: “{text[:60]}”",
                row,
            )
        )
        return None
    sku_id = reader.sku(words[0])
    if not isinstance(sku_id, UUID):
        reader.problems.append(
            _problem(
                "lines", "unknown_goods", f"第 {row} 行:没有商品 {words[0]}", f"Line {row}: no SKU {words[0]}", row
            )
        )
        return None
    off = third - deposit if kind is PresaleKind.INFLATION else third
    return PresaleLine(row, sku_id, words[0], PresaleTerms(kind, price, deposit, off))


def _problem(field: str, code: str, zh: str, en: str, row: int | None = None) -> Problem:
    remedy = (
        Text("写成:商品编号 预售价 定金 立减或膨胀至", "Write: number, presale price, deposit, cut or counts-as")
        if field == "lines" else Text("用日期选择框选择", "Choose it with the date field")
    )  # fmt: skip
    return Problem(field, code, Text(zh, en), remedy, row)
