"""How is a finding shown: the words, the loss, and the basket that proves it with the names of its goods?"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.trade.promotions.guard import Finding, Inspection
from peakday.trade.promotions.model import Id


@dataclass(frozen=True, slots=True)
class ShownWitness:
    """A witness basket in words: (title, pieces, price of one) a line, what acts, when, and the sentences."""

    lines: tuple[tuple[str, int, int], ...]
    names: tuple[Text, ...]
    tags: tuple[str, ...]
    at: datetime
    currency: str
    title: str
    price_minor: int
    trace: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with its witness in words."""

    finding: Finding
    witness: ShownWitness | None


async def show_findings(tx: Tx, inspection: Inspection | None) -> list[Shown]:
    """Every finding with its witness; the goods are named as their shop's catalogue does."""
    if inspection is None:
        return []
    skus: dict[UUID, set[UUID]] = defaultdict(set)
    for finding in inspection.findings:
        for line in finding.witness.cart.lines if finding.witness else ():
            if isinstance(line.sku_id, UUID) and isinstance(line.shop_id, UUID):
                skus[line.shop_id].add(line.sku_id)
    titles: dict[Id, str] = {}
    for shop_id, wanted in skus.items():
        for each in await catalog.find_goods(tx, shop_id, list(wanted)):
            spec = [f"({' · '.join(each.spec.values())})"] if each.spec else []
            titles[each.sku_id] = " ".join([each.title, *spec])
    return [Shown(finding, _witness(finding, titles)) for finding in inspection.findings]


def _witness(finding: Finding, titles: dict[Id, str]) -> ShownWitness | None:
    witness = finding.witness
    if witness is None:
        return None
    cart = witness.cart
    return ShownWitness(
        lines=tuple(
            (titles.get(line.sku_id, ""), line.quantity, line.price_minor) for line in cart.lines
        ),
        names=tuple(each.name for each in witness.instruments), tags=tuple(sorted(cart.tags)), at=cart.at,
        currency=cart.currency, title=titles.get(witness.sku_id, str(witness.sku_id)),
        price_minor=witness.price_minor, trace=witness.trace,
    )  # fmt: skip
