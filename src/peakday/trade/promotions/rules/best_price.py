"""Which cards of this wallet make this cart cost least?

What is minimised is what the goods cost the buyer: list price less what others give, postage apart. A gift card is the
buyer's own money and never displaces a discount: first the cards that others pay for are chosen, then the gift cards
that leave least to pay now. Of sets that come to the same the one of fewest cards wins, then the one whose first card
expires first, then the smaller id. Offers always act. The set that was found is priced as `price_cart` does.

The search is exact until its nodes run out; then `gap_minor` says how much less any other set could cost at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peakday.trade.promotions.errors import CartTooLarge, InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Id, Instrument, Kind, Level, PriceRules
from peakday.trade.promotions.priced import PricedCart
from peakday.trade.promotions.rules.applicability import find_candidates, require_allowed
from peakday.trade.promotions.rules.card_conflicts import keep_usable
from peakday.trade.promotions.rules.card_groups import find_groups
from peakday.trade.promotions.rules.card_problem import Problem, sorted_in_turn, state_problem
from peakday.trade.promotions.rules.card_search import Found, search_group
from peakday.trade.promotions.rules.card_wide_search import search_wide
from peakday.trade.promotions.rules.cart_faults import require_sound_cart, require_sound_instruments
from peakday.trade.promotions.rules.cart_price import price_sound
from peakday.trade.promotions.rules.item_prices import apply_item_prices
from peakday.trade.promotions.rules.price_rules import require_in_force
from peakday.trade.promotions.rules.sheet import Candidate, Sheet, lay_out

WALLET_MAX = 500
WORK_MAX = 40_000  # a node costs about its acts and lines; this much is some milliseconds
NODE_WORK, NODES_MIN = 10, 20
CHOICES_SEARCHED, FEW_CHOICES = 20, 8  # of a group; with more, late cards are settled first (few: on many lines)
WIDE_TOLERANCE_BP, NODES_AFTER_WIDE = 6, 25
WIDE_WORK = 6  # times the work: nearly all large groups take a fraction of it, the few others pay for their proof
PROOF_WORK = 150  # of a node: where nodes cost little, it is proven too that no other set comes to the same
TOLERANCE_BP = 4  # what a large search may leave unproven, of what the goods cost at least


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
    `WALLET_MAX` cards. `work_max` bounds the search in lines and acts looked at.
    """
    everything = [*offers], [*wallet]
    _require_sound(cart, *everything, rules)
    instruments = [*everything[0], *everything[1]]
    able = {card.instrument_id for card in everything[1] if not _is_offer(card, rules)}
    sheet = lay_out(cart)
    candidates, _ = find_candidates(cart, sheet.lines, instruments, rules)
    forced = [each for each in candidates if each.instrument.instrument_id not in able]
    require_allowed(forced, rules)
    apply_item_prices(sheet, [each for each in forced if each.rule.level is Level.ITEM])
    cards = [each for each in candidates if each.instrument.instrument_id in able]
    own = [each for each in cards if each.instrument.kind is Kind.GIFT_CARD]
    others = [each for each in cards if each.instrument.kind is not Kind.GIFT_CARD]

    discounts = _choose(sheet, forced, others, rules, work_max)
    paying = _choose(sheet, [*forced, *discounts.cards], own, rules, work_max) if own else _NOTHING
    anyway = [each for each in instruments if each.instrument_id not in able]
    priced = _price(cart, anyway, [*discounts.cards, *paying.cards], rules)
    if paying.cards and not _act_last(paying.cards, [*forced, *discounts.cards]):
        alone = _price(cart, anyway, discounts.cards, rules)
        if priced.discount_minor < alone.discount_minor:
            paying, priced = _NOTHING, alone  # where own money acts before a discount, it may not cost one
    return BestPrice(
        priced=priced,
        cards=tuple(each.instrument.instrument_id for each in sorted_in_turn([*discounts.cards, *paying.cards])),
        bound_minor=priced.list_minor - priced.discount_minor - discounts.gap,
        is_proven=discounts.is_proven and paying.is_proven,
        nodes=discounts.nodes + paying.nodes,
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    cards: list[Candidate]
    gap: int
    is_proven: bool
    nodes: int


_NOTHING = _Choice([], 0, is_proven=True, nodes=0)


def _require_sound(cart: Cart, offers: list[Instrument], wallet: list[Instrument], rules: PriceRules) -> None:
    """Refuses what `price_cart` would refuse, and a wallet that is too large."""
    if len(wallet) > WALLET_MAX:
        raise CartTooLarge(limit=WALLET_MAX, what="cards", count=len(wallet))
    require_in_force(rules, cart)
    require_sound_cart(cart)
    require_sound_instruments(cart, offers)
    require_sound_instruments(cart, wallet)
    doubled = {offer.instrument_id for offer in offers} & {card.instrument_id for card in wallet}
    if doubled:
        first = min(doubled, key=str)
        raise InstrumentsDoNotStack(first=first, second=first)


def _is_offer(instrument: Instrument, rules: PriceRules) -> bool:
    """Whether it acts anyway: an offer, and a sale's own cross-shop tier whatever its rule set calls it."""
    rule = rules.kinds[instrument.kind]
    return rule.is_offer or rule.level is Level.ITEM or instrument.kind is Kind.CROSS_SHOP_TIER


def _act_last(paying: Sequence[Candidate], others: Sequence[Candidate]) -> bool:
    """Whether every one of these acts when the others have acted."""
    last = max([(each.rule.level, each.rule.stage) for each in others], default=(0, 0))
    return all((each.rule.level, each.rule.stage) > last for each in paying)


def _price(cart: Cart, anyway: list[Instrument], cards: list[Candidate], rules: PriceRules) -> PricedCart:
    return price_sound(cart, [*anyway, *(each.instrument for each in cards)], rules)


def _choose(
    sheet: Sheet, forced: Sequence[Candidate], cards: Sequence[Candidate], rules: PriceRules, work_max: int
) -> _Choice:
    """The best allowed set of these cards beside what acts anyway."""
    usable = keep_usable(cards, forced, rules)
    if not usable:
        return _NOTHING
    problem = state_problem(sheet, forced, usable, rules)
    answers = _search(problem, find_groups(problem), work_max)
    return _Choice(
        cards=[problem.acts[at].pool[0] for answer in answers for at in answer.choices],
        gap=sum(answer.most - answer.given for answer in answers),
        is_proven=all(answer.is_closed for answer in answers),
        nodes=sum(answer.nodes for answer in answers),
    )


def _search(problem: Problem, groups: Sequence[Sequence[int]], work_max: int) -> list[Found]:
    """The answer of every group, small ones first: what they leave of the work, larger ones may use."""
    least = sum(problem.opening.left) - sum(max(problem.most[at] for at in each) for each in problem.alternatives)
    pending = [group for group in sorted(groups, key=len) if any(problem.acts[at].is_choice for at in group)]
    answers, left = [], work_max
    free = max(least, 0) // max(len(pending), 1)
    for number, group in enumerate(pending):
        share, known = len(pending) - number, None
        node_work = _node_work(problem, group)
        choices_max = FEW_CHOICES if node_work > PROOF_WORK else CHOICES_SEARCHED
        if sum(problem.most[at] > 0 and problem.acts[at].is_choice for at in group) > choices_max:
            known = search_wide(problem, group, left * WIDE_WORK // share, free * WIDE_TOLERANCE_BP // 10_000)
        if known is not None and _is_enough(known, free * WIDE_TOLERANCE_BP // 10_000, node_work):
            answers.append(known)
            continue
        nodes_max = NODES_AFTER_WIDE if known else max(left // share // node_work, NODES_MIN)
        answer = search_group(problem, group, nodes_max, free * TOLERANCE_BP // 10_000, known)
        left = max(left - answer.nodes * node_work, 0)
        answers.append(answer)
    return answers


def _is_enough(found: Found, tolerance: int, node_work: int) -> bool:
    """Whether a gap is within the tolerance, and no proof is to be had for little that no other set gives as much."""
    gap = found.most - found.given
    return gap <= tolerance and (gap > 0 or node_work > PROOF_WORK)


def _node_work(problem: Problem, group: Sequence[int]) -> int:
    """The lines and acts that a node looks at."""
    return NODE_WORK + 2 * len(group) + len({row for at in group for row in problem.acts[at].rows})
