"""What is the best set of cards, found by trying every allowed set?

Written apart from the search and from the calculator's levels, so that an error in one shows in the other: only the
single-item prices are asked of `price_cart`; tiers, shares, conflicts and order of acting are written again here, as
plainly as they can be. Sets share what their first cards gave; nothing is bounded, left out or assumed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from peakday.apps.cli.bench_best_price_carts import Case
from peakday.trade.promotions.api import price_cart
from peakday.trade.promotions.model import (
    Counts,
    Extent,
    Funder,
    Gives,
    Id,
    Instrument,
    Kind,
    KindRule,
    Level,
    Line,
    Thresholds,
    Tiers,
)

END = datetime.max.replace(tzinfo=UTC)
Given = tuple[int, int]  # what others gave, and what the buyer's own cards paid


@dataclass(frozen=True, slots=True)
class Card:
    """An instrument with its rule and the rows on which it acts."""

    instrument: Instrument
    rule: KindRule
    rows: tuple[int, ...]
    is_choice: bool


@dataclass(frozen=True, slots=True)
class Money:
    """What is left on each row, what the level and the stage count, and what was given until now."""

    left: tuple[int, ...]
    base: tuple[int, ...]
    lowered: tuple[int, ...]
    stage_base: tuple[int, ...]
    place: tuple[int, int]
    given: Given


@dataclass(frozen=True, slots=True)
class Exact:
    """The least cost of the goods, what is then to be paid now (goods only), with which cards, of how many sets."""

    cost_minor: int
    payable_minor: int
    cards: frozenset[Id]
    sets: int


def solve(case: Case) -> Exact:
    """The best of all allowed sets: least cost, then fewest cards, then first expiry; then the gift cards likewise."""
    shop = _Shop(case)
    own = {card.instrument_id for card in case.wallet if card.kind is Kind.GIFT_CARD}
    others = {card.instrument_id for card in case.wallet} - own
    first = min(shop.try_all(others, frozenset()), key=lambda tried: (-tried[0][0], *_tie(tried[1])))
    chosen = frozenset(card.instrument_id for card in first[1])
    second = min(shop.try_all(own, chosen), key=lambda tried: (-sum(tried[0]), *_tie(tried[1])))
    cost = shop.list_minor - shop.presale_off - shop.item_given - second[0][0]
    return Exact(
        cost_minor=cost,
        payable_minor=cost - second[0][1] - shop.deposit,
        cards=frozenset(card.instrument_id for card in second[1]) | chosen,
        sets=shop.sets,
    )


def _tie(cards: Sequence[Instrument]) -> tuple[int, list[tuple[datetime, str]]]:
    return len(cards), sorted((card.valid_until or END, str(card.instrument_id)) for card in cards)


class _Shop:
    """One case while its sets are tried."""

    def __init__(self, case: Case) -> None:
        self.case, self.sets = case, 0
        self.lines = sorted(case.cart.lines, key=lambda line: line.line_id)
        cards = [self._card(each, is_choice=False) for each in case.offers]
        cards += [self._card(each, is_choice=True) for each in case.wallet]
        self.cards = sorted((card for card in cards if card is not None), key=_turn)
        items = [each for each in case.offers if case.rules.kinds[each.kind].level is Level.ITEM]
        priced = price_cart(case.cart, items, case.rules)
        self.left = tuple(line.payable_minor for line in priced.lines)
        self.base = tuple(line.item_minor for line in priced.lines)
        self.list_minor = priced.list_minor
        self.presale_off = priced.given_by_instrument().get("presale", 0)
        self.item_given = sum(step.given_minor for step in priced.steps)
        self.deposit = sum(line.deposit_minor for line in priced.lines)
        self.is_parallel = case.rules.thresholds is Thresholds.PARALLEL

    def try_all(self, wanted: set[Id], fixed: frozenset[Id]) -> Iterator[tuple[Given, list[Instrument]]]:
        """Every allowed set of the wanted cards beside the fixed ones, with what it gives."""
        acting = [
            Card(
                card.instrument,
                card.rule,
                card.rows,
                is_choice=card.is_choice and card.instrument.instrument_id in wanted,
            )
            for card in self.cards
            if not card.is_choice or card.instrument.instrument_id in wanted | fixed
        ]
        anyway = [card for card in acting if not card.is_choice]
        turns = [card for card in acting if card.rule.level > Level.ITEM and isinstance(card.instrument.benefit, Tiers)]
        start = Money(self.left, self.base, self.base, self.base, (0, 0), (0, 0))
        return self._try(turns, 0, start, anyway, [])

    def _try(
        self, turns: list[Card], at: int, money: Money, held: list[Card], chosen: list[Instrument]
    ) -> Iterator[tuple[Given, list[Instrument]]]:
        if at == len(turns):
            self.sets += 1
            yield money.given, chosen
            return
        card = turns[at]
        if card.is_choice:
            yield from self._try(turns, at + 1, money, held, chosen)
            if self._fits(card, held):
                after = self._give([card], money)
                yield from self._try(turns, at + 1, after, [*held, card], [*chosen, card.instrument])
        else:
            pool = self._pool(turns, at)
            yield from self._try(turns, at + 1, self._give(pool, money) if pool else money, held, chosen)

    def _pool(self, turns: list[Card], at: int) -> list[Card]:
        """The cross-shop tiers that act with this one; none when it acted with an earlier one."""
        card = turns[at]
        if card.instrument.kind is not Kind.CROSS_SHOP_TIER:
            return [card]
        alike = [other for other in turns if _pool_key(other) == _pool_key(card)]
        return alike if alike[0] is card else []

    def _give(self, pool: list[Card], money: Money) -> Money:
        card = pool[0]
        place = (int(card.rule.level), card.rule.stage)
        base = money.lowered if place[0] != money.place[0] else money.base
        stage_base = money.stage_base
        if place != money.place:
            stage_base = base if self.is_parallel else money.left
        left, lowered = list(money.left), list(money.lowered)
        others, own = money.given
        for each, parts in self._parts(pool, money.left, stage_base):
            for row, part in parts.items():
                left[row] -= part
                if _lowers(card):
                    lowered[row] -= part
            is_own = each.instrument.funding[0].funder is Funder.BUYER
            others, own = others + (0 if is_own else sum(parts.values())), own + (sum(parts.values()) if is_own else 0)
        return Money(tuple(left), base, tuple(lowered), stage_base, place, (others, own))

    def _parts(
        self, pool: list[Card], left: Sequence[int], counted: Sequence[int]
    ) -> Iterator[tuple[Card, dict[int, int]]]:
        instrument = pool[0].instrument
        rows = sorted(row for card in pool for row in card.rows)
        base, rest = sum(counted[row] for row in rows), sum(left[row] for row in rows)
        face = self._face(instrument.benefit, base, sum(self.lines[row].quantity for row in rows))
        amount = face
        if instrument.share_max_bp is not None:
            amount = min(amount, base * instrument.share_max_bp // 10_000)
        if instrument.discount_max_minor is not None:
            amount = min(amount, instrument.discount_max_minor)
        is_payment = pool[0].rule.level is Level.PAYMENT
        if (
            not is_payment
            and not pool[0].rule.is_offer
            and any(self.lines[row].presale for row in rows)
            and rest <= face
        ):
            return
        if is_payment:
            amount = min(amount, rest)
        weights = {row: left[row] if is_payment else counted[row] for row in rows}
        parts = {row: min(part, left[row]) for row, part in _divide(amount, weights).items()}
        for card in pool:
            mine = {row: parts[row] for row in card.rows if parts.get(row)}
            if _can_be_paid(card.instrument, sum(mine.values())):
                yield card, mine

    def _face(self, benefit: object, base: int, pieces: int) -> int:
        assert isinstance(benefit, Tiers)
        counted = base if benefit.counts is Counts.MONEY else pieces
        reached = [tier for tier in benefit.tiers if counted >= tier.at]
        if not reached:
            return 0
        if benefit.gives is Gives.RATE:
            return base * reached[-1].off // 10_000
        times = counted // reached[-1].at if benefit.repeats else 1
        return reached[-1].off * (min(times, benefit.times_max) if benefit.repeats and benefit.times_max else times)

    def _fits(self, card: Card, held: list[Card]) -> bool:
        everyone = [*held, card]
        templates = Counter(each.instrument.template for each in everyone)
        limits = [
            each.instrument.limits.per_order
            for each in everyone
            if each.instrument.template == card.instrument.template
        ]
        known = [limit for limit in limits if limit is not None]
        if known and templates[card.instrument.template] > min(known):
            return False
        return not any(self._excludes(card, other) or self._excludes(other, card) for other in held)

    def _excludes(self, card: Card, other: Card) -> bool:
        shared = set(card.rows) & set(other.rows)
        group, theirs = self._group(card), self._group(other)
        if group is not None and group == theirs and card.rule.extent is other.rule.extent:
            if card.rule.extent is Extent.CHECKOUT or (card.rule.extent is Extent.LINE and shared):
                return True
            shops = {self.lines[row].shop_id for row in card.rows}
            if card.rule.extent is Extent.SHOP and shops & {self.lines[row].shop_id for row in other.rows}:
                return True
        wanted = card.instrument.exclusive_with
        return bool(shared) and (theirs in wanted or ("*" in wanted and other.rule.level > Level.ITEM))

    def _group(self, card: Card) -> str | None:
        return card.rule.group if card.instrument.group is None else card.instrument.group

    def _card(self, instrument: Instrument, *, is_choice: bool) -> Card | None:
        cart, rule = self.case.cart, self.case.rules.kinds[instrument.kind]
        holds = (instrument.valid_from is None or cart.at >= instrument.valid_from) and (
            instrument.valid_until is None or cart.at < instrument.valid_until
        )
        is_for = not instrument.audience or bool(instrument.audience & cart.tags)
        is_here = not instrument.channels or cart.channel in instrument.channels
        rows = tuple(row for row, line in enumerate(self.lines) if _acts_on(instrument, line, rule.level))
        return Card(instrument, rule, rows, is_choice) if holds and is_for and is_here and rows else None


def _turn(card: Card) -> tuple[int, int, datetime, str]:
    instrument = card.instrument
    return card.rule.level, card.rule.stage, instrument.valid_until or END, str(instrument.instrument_id)


def _pool_key(card: Card) -> tuple[object, ...]:
    instrument = card.instrument
    return instrument.kind, instrument.benefit, instrument.discount_max_minor, instrument.share_max_bp


def _lowers(card: Card) -> bool:
    own = card.instrument.reduces_base
    return card.rule.reduces_base if own is None else own


def _acts_on(instrument: Instrument, line: Line, level: Level) -> bool:
    scope = instrument.scope
    return (
        (not scope.shop_ids or line.shop_id in scope.shop_ids)
        and (not scope.item_ids or line.item_id in scope.item_ids)
        and (not scope.sku_ids or line.sku_id in scope.sku_ids)
        and (not scope.category_ids or bool(scope.category_ids & line.category_ids))
        and line.item_id not in scope.except_items
        and (instrument.live_room_id is None or instrument.live_room_id == line.live_room_id)
        and not (level is Level.ITEM and line.presale is not None)
    )


def _divide(amount: int, weights: dict[int, int]) -> dict[int, int]:
    """By largest remainder, ties to the earlier row."""
    whole = sum(weights.values())
    if amount == 0 or whole == 0:
        return {}
    parts = {row: amount * weight // whole for row, weight in weights.items()}
    by_rest = sorted(weights, key=lambda row: (-(amount * weights[row] % whole), row))
    for row in by_rest[: amount - sum(parts.values())]:
        parts[row] += 1
    return parts


def _can_be_paid(instrument: Instrument, total: int) -> bool:
    shares = _divide(total, {number: entry.weight for number, entry in enumerate(instrument.funding)})
    return all(
        entry.budget_left_minor is None or shares.get(number, 0) <= entry.budget_left_minor
        for number, entry in enumerate(instrument.funding)
    )
