"""How do entries leave as a file that the upload takes back?"""

import csv
import io
from collections.abc import AsyncIterator

from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.trade.sale_events.model import Entry

PART_CHARACTERS = 1 << 16
HEADER = (
    "item_ref", "sku_ref", "price", "stock", "limit", "deposit", "track", "status", "list_price", "currency",
    "proof", "permitted_price",
)  # fmt: skip


async def entries_csv(entries: AsyncIterator[Entry]) -> AsyncIterator[bytes]:
    """CSV in UTF-8 with a mark that makes spreadsheets read Chinese; nothing in it runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    yield b"\xef\xbb\xbf"
    async for entry in entries:
        writer.writerow(_row(entry))
        if text.tell() > PART_CHARACTERS:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _row(entry: Entry) -> list[object]:
    def money(minor: int | None) -> str:
        return "" if minor is None else decimal_text(minor, entry.currency)

    return [
        inert(entry.item_ref), inert(entry.sku_ref), money(entry.price_minor), entry.stock, entry.limit or "",
        money(entry.deposit_minor), entry.track, entry.status.value, money(entry.list_minor), entry.currency,
        entry.proof.verdict, money(entry.proof.permitted_minor),
    ]  # fmt: skip
