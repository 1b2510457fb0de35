"""Which cards of this wallet make this cart cost least?

What is minimised is what the goods cost the buyer: list price less what others give, postage apart. A gift card is the
buyer's own money and never displaces a discount: first the cards that cost others are chosen, then the gift cards that
leave least to pay now. Of sets that cost the same the one of fewest cards wins, then the one whose first card expires
first, then the smaller id. Offers always act. The set that was found is priced by `price_cart`.

The search is exact until its nodes run out; then `gap_minor` says how much less any other set could cost at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from peakday.trade.promotions.errors import CartTooLarge, InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Id, Instrument, Kind, Level, PriceRules, Thresholds
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.rules.applicability import find_candidates, require_allowed
from peakday.trade.promotions.rules.card_conflicts import cover_with_cliques, find_conflicts, keep_usable
from peakday.trade.promotions.rules.card_effects import Act, list_acts, most_given, opening
from peakday.trade.promotions.rules.card_groups import find_groups
from peakday.trade.promotions.rules.card_problem import Problem
from peakday.trade.promotions.rules.card_search import Found, search_group
from peakday.trade.promotions.rules.cart_faults import require_priceable
from peakday.trade.promotions.rules.cart_price import price_cart
from peakday.trade.promotions.rules.item_prices import apply_item_prices
from peakday.trade.promotions.rules.price_rules import require_in_force
from peakday.trade.promotions.rules.sheet import Candidate, Sheet, lay_out

WALLET_MAX = 500
WORK_MAX = 60_000  # a node costs about its acts and lines; this much is some milliseconds
NODE_WORK, NODES_MIN = 10, 20
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BestPrice:
    """The price with the best cards, which they are in the order in which they act, and what is proven.

    No allowed set of cards makes the goods cost less than `bound_minor`. `is_proven`: the set is the best one, ties
    and gift cards included.
    """

    priced: PricedCart
    cards: tuple[Id, ...]
    bound_minor: int
    is_proven: bool
    nodes: int

    @property
    def cost_minor(self) -> int:
        """What the goods cost the buyer in all: now, by deposit, and by gift cards of their own."""
        return self.priced.list_minor - self.priced.discount_minor

    @property
    def gap_minor(self) -> int:
        """By how much another set could cost less at most."""
        return self.cost_minor - self.bound_minor


def best_price(
    cart: Cart, offers: Iterable[Instrument], wallet: Iterable[Instrument], rules: PriceRules, work_max: int = WORK_MAX
) -> BestPrice:
    """The least that the cart costs with any allowed set of the wallet's cards, and which set that is.

    `offers` act anyway, and so does an instrument in the wallet whose kind is an offer. Refuses as `price_cart` does;
    offers that may not act together are refused, cards that may not are simply not used together. At most
    `WALLET_MAX` cards.
    """
    offers, cards = _sorted_out(cart, list(offers), list(wallet), rules)
    own = [card for card in cards if card.kind is Kind.GIFT_CARD]
    others = [card for card in cards if card.kind is not Kind.GIFT_CARD]
    discount = _choose(cart, offers, others, rules, work_max)
    priced = price_cart(cart, [*offers, *discount.cards], rules)
    gap = discount.most - discount.given
    paying = _choose(cart, [*offers, *discount.cards], own, rules, work_max) if own and priced.payable_minor else None
    chosen = discount.cards
    if paying is not None and paying.cards:
        paid = price_cart(cart, [*offers, *discount.cards, *paying.cards], rules)
        if paid.discount_minor >= priced.discount_minor:
            chosen, priced = [*discount.cards, *paying.cards], paid
    used = {card.instrument_id for card in chosen}
    return BestPrice(
        priced=priced,
        cards=tuple(card.instrument_id for card in chosen if card.instrument_id in used),
        bound_minor=priced.list_minor - priced.discount_minor - gap,
        is_proven=discount.is_proven and (paying is None or paying.is_proven),
        nodes=discount.nodes + (paying.nodes if paying else 0),
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    cards: list[Instrument]
    given: int
    most: int
    is_proven: bool
    nodes: int


def _sorted_out(
    cart: Cart, offers: list[Instrument], wallet: list[Instrument], rules: PriceRules
) -> tuple[list[Instrument], list[Instrument]]:
    """What acts anyway, and the cards to choose from."""
    if len(wallet) > WALLET_MAX:
        raise CartTooLarge(limit=WALLET_MAX, what="cards", count=len(wallet))
    require_in_force(rules, cart)
    require_priceable(cart, offers)
    require_priceable(cart, wallet)
    doubled = {offer.instrument_id for offer in offers} & {card.instrument_id for card in wallet}
    if doubled:
        first = min(doubled, key=str)
        raise InstrumentsDoNotStack(first=first, second=first)
    cards = [each for each in wallet if not _is_offer(each, rules)]
    return [*offers, *(each for each in wallet if _is_offer(each, rules))], cards


def _is_offer(instrument: Instrument, rules: PriceRules) -> bool:
    """Whether it acts anyway: an offer, and a sale's own cross-shop tier whatever its rule set calls it."""
    rule = rules.kinds[instrument.kind]
    return rule.is_offer or rule.level is Level.ITEM or instrument.kind is Kind.CROSS_SHOP_TIER


def _choose(
    cart: Cart, offers: Sequence[Instrument], cards: Sequence[Instrument], rules: PriceRules, work_max: int
) -> _Choice:
    """The best allowed set of these cards beside these offers."""
    sheet = lay_out(cart)
    wanted = {card.instrument_id for card in cards}
    candidates, _ = find_candidates(cart, sheet.lines, [*offers, *cards], rules)
    forced = [each for each in candidates if each.instrument.instrument_id not in wanted]
    require_allowed(forced, rules)
    choices = keep_usable([each for each in candidates if each.instrument.instrument_id in wanted], forced, rules)
    apply_item_prices(sheet, [each for each in forced if each.rule.level is Level.ITEM])
    problem = _state(sheet, candidates, forced, choices, rules)
    groups = find_groups(problem)
    answers = _search(problem, groups, work_max)
    return _Choice(
        cards=[problem.acts[at].pool[0].instrument for answer in answers for at in answer.choices],
        given=sum(answer.given for answer in answers),
        most=sum(answer.most for answer in answers),
        is_proven=all(answer.is_closed for answer in answers),
        nodes=sum(answer.nodes for answer in answers),
    )


def _state(
    sheet: Sheet,
    candidates: Sequence[Candidate],
    forced: Sequence[Candidate],
    choices: Sequence[Candidate],
    rules: PriceRules,
) -> Problem:
    """The acts with what the search asks of them again and again."""
    able = {each.instrument.instrument_id for each in choices}
    kept = {each.instrument.instrument_id for each in forced} | able
    above = [each for each in candidates if each.rule.level > Level.ITEM and each.instrument.instrument_id in kept]
    balance, is_parallel = opening(sheet), rules.thresholds is Thresholds.PARALLEL
    acts = list_acts(above, sheet, able, rules)
    is_paying = any(each.instrument.kind is Kind.GIFT_CARD for each in choices)
    for act in acts:
        act.counts = act.counts or is_paying
    most = [most_given(act, balance, is_parallel=is_parallel) for act in acts]
    conflicts = find_conflicts(acts, forced, rules)
    return Problem(
        acts=acts,
        conflicts=conflicts,
        cliques=cover_with_cliques(acts, conflicts.rivals, most),
        spans=[sum([1 << row for row in act.rows]) for act in acts],
        most=most,
        ranks=_ranks(acts),
        opening=balance,
        is_parallel=is_parallel,
    )


def _ranks(acts: Sequence[Act]) -> list[int]:
    """By act, a bit: the higher, the sooner the card expires; then the smaller id is higher."""
    order = sorted(acts, key=lambda act: _expiry(act.pool[0].instrument), reverse=True)
    ranks = [0] * len(acts)
    for number, act in enumerate(order):
        ranks[act.at] = 1 << number
    return ranks


def _expiry(instrument: Instrument) -> tuple[datetime, str]:
    return instrument.valid_until or _END_OF_TIME, str(instrument.instrument_id)


def _search(problem: Problem, groups: Sequence[Sequence[int]], work_max: int) -> list[Found]:
    """The answer of every group, small ones first: what they leave of the work, larger ones may use."""
    answers, left = [], work_max
    pending = sorted(groups, key=len)
    for number, group in enumerate(pending):
        rows = len({row for at in group for row in problem.acts[at].rows})
        price_of_node = NODE_WORK + 2 * len(group) + rows
        answer = search_group(problem, group, max(left // (len(pending) - number) // price_of_node, NODES_MIN))
        left = max(left - answer.nodes * price_of_node, 0)
        answers.append(answer)
    return answers
