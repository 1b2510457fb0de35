"""What does this cart cost when these instruments are used?

Item-level offers make the single-item prices; then shop, cross-shop and payment-like instruments give stage by stage.
Every instrument that was handed in acts if it can; what cannot is told with its reason. A set that may not act
together is refused: to choose one is the search's work. The answer does not depend on the order of lines or
instruments.
"""

from collections.abc import Iterable, Sequence

from peakday.trade.promotions.model import Cart, Instrument, Level, PriceRules
from peakday.trade.promotions.priced import PricedCart, PricedLine
from peakday.trade.promotions.rules.applicability import find_candidates, require_allowed
from peakday.trade.promotions.rules.cart_faults import require_priceable
from peakday.trade.promotions.rules.discounts import apply_levels
from peakday.trade.promotions.rules.item_prices import apply_item_prices
from peakday.trade.promotions.rules.price_rules import require_in_force
from peakday.trade.promotions.rules.sheet import Sheet, lay_out


def price_cart(cart: Cart, chosen: Iterable[Instrument], rules: PriceRules) -> PricedCart:
    """The cart with every cent of every discount by line, instrument and funder.

    Refuses with `BadCart`, `BadInstrument`, `CartTooLarge`, `CurrenciesMixed`, `InstrumentsDoNotStack` or
    `RulesNotInForce`.
    """
    instruments = list(chosen)
    require_in_force(rules, cart)
    require_priceable(cart, instruments)
    return price_sound(cart, instruments, rules)


def price_sound(cart: Cart, instruments: Sequence[Instrument], rules: PriceRules) -> PricedCart:
    """The same of what was looked at before. Refuses `InstrumentsDoNotStack`."""
    sheet = lay_out(cart)
    candidates, unused = find_candidates(cart, sheet.lines, instruments, rules)
    require_allowed(candidates, rules)
    sheet.unused.extend(unused)
    apply_item_prices(sheet, [candidate for candidate in candidates if candidate.rule.level is Level.ITEM])
    apply_levels(sheet, [candidate for candidate in candidates if candidate.rule.level > Level.ITEM], rules)
    return _answer(sheet, cart, rules)


def _answer(sheet: Sheet, cart: Cart, rules: PriceRules) -> PricedCart:
    columns = zip(sheet.lines, sheet.item, sheet.shares, sheet.left, strict=True)
    lines = []
    for line, item, shares, left in columns:
        deposit = line.presale.deposit_minor * line.quantity if line.presale is not None else 0
        total = line.price_minor * line.quantity
        lines.append(PricedLine(line.line_id, line.shop_id, line.quantity, total, item, tuple(shares), deposit, left))
    return PricedCart(
        currency=cart.currency,
        rules_name=rules.name,
        rules_version=rules.version,
        lines=tuple(lines),
        gifts=tuple(sheet.gifts),
        unused=tuple(sorted(sheet.unused, key=lambda entry: str(entry.instrument_id))),
        steps=tuple(sheet.steps),
        postage_minor=sum(cart.postage.values()),
    )
