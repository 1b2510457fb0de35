"""How is a finding shown: the words, the loss, and the basket that proves it with the names of its goods?"""

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


async def show_findings(tx: Tx, shop_id: UUID, inspection: Inspection | None) -> list[Shown]:
    """Every finding with its witness; the goods are named as the catalogue does."""
    if inspection is None:
        return []
    skus = {
        line.sku_id
        for finding in inspection.findings
        if finding.witness
        for line in finding.witness.cart.lines
        if isinstance(line.sku_id, UUID)
    }
    goods = await catalog.find_goods(tx, shop_id, list(skus)) if skus else []
    titles: dict[Id, str] = {
        each.sku_id: " ".join([each.title, *([f"({' · '.join(each.spec.values())})"] if each.spec else [])])
        for each in goods
    }
    return [Shown(finding, _witness(finding, titles)) for finding in inspection.findings]


def _witness(finding: Finding, titles: dict[Id, str]) -> ShownWitness | None:
    witness = finding.witness
    if witness is None:
        return None
    cart = witness.cart
    return ShownWitness(
        lines=tuple(
            (titles.get(line.sku_id, str(line.sku_id)), line.quantity, line.price_minor) for line in cart.lines
        ),
        names=tuple(each.name for each in witness.instruments), tags=tuple(sorted(cart.tags)), at=cart.at,
        currency=cart.currency, title=titles.get(witness.sku_id, str(witness.sku_id)),
        price_minor=witness.price_minor, trace=witness.trace,
    )  # fmt: skip
