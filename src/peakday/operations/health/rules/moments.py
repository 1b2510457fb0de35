"""At which instants, and for which buyers, can a price change?

Prices change only where an instrument or an asked price begins or ends, and where another version of the rules comes
into force; between two such instants every buyer pays the same. Buyers differ by the audiences, channels and live rooms
that the instruments name. A buyer who belongs to more audiences can only reach more, so one buyer with all tags that go
together stands for all with fewer; `plain_buyer` takes away afterwards what was not needed.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from peakday.kernel.clock import day_of, day_start
from peakday.operations.health.model import Buyer, RulesOn, Ware
from peakday.trade.promotions.model import Channel, Id, Instrument

LIVE_ROOM = "live"  # a room of any name, where only the asked price is a live one
# nobody is both; a first purchase and an old acquaintance
_CONTRARY = (frozenset({"new_customer", "new_customers", "new"}), frozenset({"old_customer", "old_customers", "old"}))


def moments(ware: Ware, instruments: Iterable[Instrument], now: datetime, rules_on: RulesOn) -> list[datetime]:
    """Now, and every later instant at which something of this SKU begins or ends; in order."""
    found = {now}
    for instrument in instruments:
        found.update(at for at in (instrument.valid_from, instrument.valid_until) if at is not None and at > now)
    spans = [(asked.valid_from, asked.valid_until) for asked in ware.asked]
    spans += [(presale.valid_from, presale.valid_until) for presale in ware.presales]
    found.update(at for span in spans for at in span if at is not None and at > now)
    last_day = rules_on(day_of(now)).effective_to
    if last_day is not None:
        found.add(day_start(last_day + timedelta(days=1)))
    return sorted(at.astimezone(UTC) for at in found)


def buyers(ware: Ware, instruments: Sequence[Instrument]) -> list[Buyer]:
    """The kinds of buyers that these instruments and prices tell apart, those who can reach most first."""
    tags = {tag for instrument in instruments for tag in instrument.audience}
    tags |= {asked.tag for asked in ware.asked if asked.tag is not None}
    rooms: list[Id | None] = sorted({i.live_room_id for i in instruments if i.live_room_id is not None}, key=str)
    if not rooms:
        rooms = [LIVE_ROOM] if any(asked.is_live for asked in ware.asked) else [None]
    channels = sorted({channel for instrument in instruments for channel in instrument.channels}) or [Channel.APP]
    return [Buyer(*each) for each in product(_tag_sets(tags), channels, rooms)]


def is_open_to(instrument: Instrument, buyer: Buyer, at: datetime) -> bool:
    """Whether a buyer of this kind can use the instrument at an instant, whatever is in the cart."""
    return (
        (instrument.valid_from is None or instrument.valid_from <= at)
        and (instrument.valid_until is None or at < instrument.valid_until)
        and (not instrument.audience or not instrument.audience.isdisjoint(buyer.tags))
        and (not instrument.channels or buyer.channel in instrument.channels)
        and (instrument.live_room_id is None or instrument.live_room_id == buyer.live_room_id)
        and (instrument.stock_left is None or instrument.stock_left > 0)
    )


def plain_buyer(buyer: Buyer, used: Iterable[Instrument], asked_tag: str | None, *, is_live_price: bool) -> Buyer:
    """The plainest buyer who may use all of these at that asked price: no tag and no room that is not needed."""
    tags = {asked_tag} if asked_tag is not None else set()
    is_live = is_live_price
    for instrument in used:
        if instrument.audience and instrument.audience.isdisjoint(tags):
            tags.add(min(instrument.audience & buyer.tags))
        is_live = is_live or instrument.live_room_id is not None
    return Buyer(frozenset(tags), buyer.channel, buyer.live_room_id if is_live else None)


def _tag_sets(tags: set[str]) -> list[frozenset[str]]:
    """The largest sets of tags that one buyer can have."""
    firsts, seconds = (tags & contrary for contrary in _CONTRARY)
    if firsts and seconds:
        return [frozenset(tags - seconds), frozenset(tags - firsts)]
    return [frozenset(tags)]
