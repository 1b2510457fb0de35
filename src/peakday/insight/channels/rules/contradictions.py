"""When do two rows say different things about one line?

What is sold stays sold: who, what, when, in which currency, and once paid how many and for how much. A later file may
tell that it was paid, or that more of it was refunded; it may not take back a payment or a refund.
"""

from collections.abc import Iterable, Mapping

from peakday.insight.channels.errors import FileContradictory
from peakday.insight.channels.model import ChannelLine, StoredLine

_ALWAYS = ("currency", "ordered_at", "item_ref", "sku_ref")
_ONCE_PAID = ("paid_at", "quantity", "paid_minor", "tax_minor", "postage_minor")


def contradicted_field(earlier: ChannelLine, later: ChannelLine) -> str | None:
    """The first field in which the later line contradicts the earlier one; none when it may follow it."""
    for name in _ALWAYS:
        if getattr(earlier, name) != getattr(later, name):
            return name
    if earlier.paid_at is not None:
        for name in _ONCE_PAID:
            if getattr(earlier, name) != getattr(later, name):
                return name
    return "refund_minor" if later.refund_minor < earlier.refund_minor else None


def require_one_story(lines: Iterable[ChannelLine], file_name: str) -> list[ChannelLine]:
    """The file's lines, each once; refuses `FileContradictory` where two rows of it differ about one line."""
    found: dict[tuple[str, str], ChannelLine] = {}
    for line in lines:
        first = found.setdefault(line.key, line)
        if first is line:
            continue
        for name in (*_ALWAYS, *_ONCE_PAID, "refund_minor", "fees_minor", "refunded_at"):
            if getattr(first, name) != getattr(line, name):
                raise _contradiction(StoredLine(first, file_name), StoredLine(line, file_name), name)
    return list(found.values())


def require_agreement(
    lines: Iterable[ChannelLine], stored: Mapping[tuple[str, str], StoredLine], file_name: str
) -> None:
    """Refuses `FileContradictory` where a line differs from the one that an earlier file told."""
    for line in lines:
        earlier = stored.get(line.key)
        if earlier is None:
            continue
        name = contradicted_field(earlier.line, line)
        if name is not None:
            raise _contradiction(earlier, StoredLine(line, file_name), name)


def _contradiction(first: StoredLine, second: StoredLine, field: str) -> FileContradictory:
    return FileContradictory(
        order=second.line.order_ref, line=second.line.line_ref, field=field,
        first_file=first.file_name, first_row=first.line.row_no,
        second_file=second.file_name, second_row=second.line.row_no,
    )  # fmt: skip
