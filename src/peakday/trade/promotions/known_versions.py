"""Which instruments has this process read before, so that pricing a cart need not read them again?

A version of an instrument never changes once it is committed, and its row's `xmin` names the transaction that wrote it:
instrument, version and xmin together name one body for ever (a version that was rolled back never had that xmin). What
does change, status, dates and tallies, is read each time. The oldest are forgotten first.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.promotions.model import Instrument
from peakday.trade.promotions.written import read_instrument

KNOWN_MAX = 50_000


class VersionKey(NamedTuple):
    """What names one body for ever."""

    instrument_id: UUID
    version: int
    xmin: int


_known: OrderedDict[VersionKey, Instrument] = OrderedDict()


async def read_versions(tx: Tx, keys: Sequence[VersionKey]) -> dict[VersionKey, Instrument]:
    """The instruments of these versions as they were set up; only those not read before are asked for."""
    found = {}
    missing = []
    for key in keys:
        instrument = _known.get(key)
        if instrument is None:
            missing.append(key)
        else:
            found[key] = instrument
    if not missing:
        return found
    rows = await tx.fetch(
        "select v.instrument_id, v.version, v.xmin, v.body"
        " from unnest($1::uuid[], $2::int[]) as w(instrument_id, version)"
        " join promotions.version v using (instrument_id, version)",
        [key.instrument_id for key in missing], [key.version for key in missing],
    )  # fmt: skip
    for row in rows:
        key = VersionKey(row["instrument_id"], row["version"], row["xmin"])
        found[key] = _known[key] = read_instrument(row["instrument_id"], row["body"])
    while len(_known) > KNOWN_MAX:
        _known.popitem(last=False)
    return found
