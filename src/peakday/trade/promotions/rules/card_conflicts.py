"""Which cards of a wallet may not meet, and which of them is one to be picked at most?

The pairs of `applicability`, asked once for the whole wallet and kept as bits: act n is bit n. Cards that exclude each
other two by two form a clique, of which a set of cards holds one at most; that is what makes a bound over many cards
tight.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peakday.trade.promotions.model import Id, Instrument, PriceRules
from peakday.trade.promotions.rules.applicability import find_conflict, is_shut_out, places_of
from peakday.trade.promotions.rules.card_effects import Act
from peakday.trade.promotions.rules.sheet import Candidate


@dataclass(frozen=True, slots=True)
class Conflicts:
    """By act, the acts that it may not meet (bits); and acts of which an order holds so many at most."""

    rivals: list[int]
    limited: list[tuple[int, int]]


def keep_usable(cards: Sequence[Candidate], forced: Sequence[Candidate], rules: PriceRules) -> list[Candidate]:
    """The cards that may act beside what acts anyway; each by itself."""
    places = {place for candidate in forced for place in places_of(candidate, rules)}
    templates = {candidate.instrument.template for candidate in forced}
    is_shut = any(candidate.instrument.exclusive_with for candidate in forced)

    def is_plain(card: Candidate) -> bool:
        instrument = card.instrument
        is_special = is_shut or instrument.exclusive_with or instrument.limits.per_order == 0
        return not is_special and instrument.template not in templates and places.isdisjoint(places_of(card, rules))

    return [card for card in cards if is_plain(card) or find_conflict([*forced, card], rules) is None]


def find_conflicts(acts: Sequence[Act], forced: Sequence[Candidate], rules: PriceRules) -> Conflicts:
    """The conflicts among choices. `forced` are the candidates that act anyway, of every level."""
    choices = [act for act in acts if act.is_choice]
    rivals = [0] * len(acts)
    _add_places(choices, rivals, rules)
    _add_exclusive(choices, rivals, rules)
    limits = _least_limits([*(each.instrument for each in forced), *(act.pool[0].instrument for act in choices)])
    used = Counter(each.instrument.template for each in forced)
    alike: dict[Id, int] = {}
    for act in choices:
        template = act.pool[0].instrument.template
        if template in limits:
            alike[template] = alike.get(template, 0) | 1 << act.at
    room = {template: limits[template] - used[template] for template in alike}
    for act in choices:
        template = act.pool[0].instrument.template
        if room.get(template) == 1:
            rivals[act.at] |= alike[template] & ~(1 << act.at)
    return Conflicts(rivals, [(mask, room[template]) for template, mask in alike.items() if room[template] > 1])


def _least_limits(instruments: Iterable[Instrument]) -> dict[Id, int]:
    """How often a template may be used in one order, where anything says so."""
    limits: dict[Id, int] = {}
    for instrument in instruments:
        own = instrument.limits.per_order
        if own is not None:
            limits[instrument.template] = min(limits.get(instrument.template, own), own)
    return limits


def cover_with_cliques(acts: Sequence[Act], rivals: Sequence[int], most: Sequence[int]) -> list[list[int]]:
    """Every choice in one clique, the largest gain first: of a clique a set of cards holds one at most."""
    cliques: list[list[int]] = []
    common: list[int] = []
    for act in sorted((act for act in acts if act.is_choice), key=lambda act: (-most[act.at], act.at)):
        for number, shared in enumerate(common):
            if shared >> act.at & 1:
                cliques[number].append(act.at)
                common[number] &= rivals[act.at]
                break
        else:
            cliques.append([act.at])
            common.append(rivals[act.at])
    return cliques


def _add_places(choices: Sequence[Act], rivals: list[int], rules: PriceRules) -> None:
    takers: dict[tuple[object, ...], int] = {}
    places = {act.at: list(places_of(act.pool[0], rules)) for act in choices}
    for at, taken in places.items():
        for place in taken:
            takers[place] = takers.get(place, 0) | 1 << at
    for at, taken in places.items():
        for mask in {takers[place] for place in taken}:
            rivals[at] |= mask
        rivals[at] &= ~(1 << at)


def _add_exclusive(choices: Sequence[Act], rivals: list[int], rules: PriceRules) -> None:
    for act in choices:
        if not act.pool[0].instrument.exclusive_with:
            continue
        for other in choices:
            if other is act or not act.span & other.span:
                continue
            if is_shut_out(other.pool[0], act.pool[0], rules):
                rivals[act.at] |= 1 << other.at
                rivals[other.at] |= 1 << act.at
