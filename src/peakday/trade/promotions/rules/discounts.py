"""What does each instrument above the item level give, stage by stage?

Instruments of one stage test the same base: with parallel thresholds the single-item price totals (less what a shop
red packet gave on a lower level), with progressive ones what is left when the stage begins. Each amount is spread
over its lines in proportion to that base. Payment-like instruments pay what is left, in proportion to what is left,
one after another.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from peakday.trade.promotions.model import BASIS, GiftOffer, Id, Instrument, Level, PriceRules, Thresholds, Tier, Tiers
from peakday.trade.promotions.priced import Gift, Reason, Step
from peakday.trade.promotions.rules.allocation import spread
from peakday.trade.promotions.rules.cross_shop import pool_tiers
from peakday.trade.promotions.rules.price_rules import lowers_base
from peakday.trade.promotions.rules.sheet import Candidate, Sheet
from peakday.trade.promotions.rules.thresholds import Reached, missing_to, reach_tier


def apply_levels(sheet: Sheet, candidates: Iterable[Candidate], rules: PriceRules) -> None:
    """Let the candidates (in the order in which they act, all above the item level) give what they give."""
    for _, of_level in groupby(candidates, key=lambda candidate: candidate.rule.level):
        lowered = list(sheet.base)
        for _, of_stage in groupby(of_level, key=lambda candidate: candidate.rule.stage):
            bases = sheet.base if rules.thresholds is Thresholds.PARALLEL else list(sheet.left)
            for pool in pool_tiers(of_stage):
                given = _give(sheet, pool, bases)
                if lowers_base(pool[0].instrument, rules):
                    for row, part in given:
                        lowered[row] -= part
        sheet.base = lowered


def _give(sheet: Sheet, pool: Sequence[Candidate], bases: Sequence[int]) -> Sequence[tuple[int, int]]:
    """Let one pool give; each row with what it got."""
    benefit = pool[0].instrument.benefit
    rows = pool[0].rows if len(pool) == 1 else sorted(row for candidate in pool for row in candidate.rows)
    base = sum([bases[row] for row in rows])
    if isinstance(benefit, GiftOffer):
        _give_gift(sheet, pool[0], benefit, base)
        return ()
    assert isinstance(benefit, Tiers), benefit
    pieces = sheet.pieces_of(rows)
    reached = reach_tier(benefit, base, pieces)
    names = [candidate.instrument.instrument_id for candidate in pool]
    if reached is None:
        sheet.skip(names, Reason.THRESHOLD, missing_to(benefit, base, pieces), benefit.counts)
        return ()
    amount = cap_amount(pool[0].instrument, reached.amount_minor, base)
    if not pool[0].rule.is_offer and _is_over_tail(sheet, pool[0], reached.amount_minor):
        sheet.skip(names, Reason.TAIL_TOO_SMALL)
        return ()
    if pool[0].rule.level is Level.PAYMENT:
        bases = sheet.left
        amount = min(amount, sum([bases[row] for row in rows]))
    parts = spread(amount, [bases[row] for row in rows], [sheet.left[row] for row in rows])
    return _write(sheet, pool, _own_parts(pool, rows, parts), reached._replace(amount_minor=amount))


def _own_parts(pool: Sequence[Candidate], rows: Sequence[int], parts: list[int]) -> list[list[int]]:
    """The parts of each candidate's own rows."""
    if len(pool) == 1:
        return [parts]
    part_of = dict(zip(rows, parts, strict=True))
    return [[part_of[row] for row in candidate.rows] for candidate in pool]


def _write(
    sheet: Sheet, pool: Sequence[Candidate], own_parts: Sequence[list[int]], reached: Reached
) -> Sequence[tuple[int, int]]:
    """Write down what the pool gives, each instrument on its own rows, and the step."""
    written: list[tuple[int, int]] = []
    names = []
    for candidate, parts in zip(pool, own_parts, strict=True):
        if not any(parts):
            sheet.skip([candidate.instrument.instrument_id], Reason.NOTHING_LEFT)
        elif sheet.give_if_funded(candidate.instrument, candidate.rule.level, candidate.rows, parts):
            written += zip(candidate.rows, parts, strict=True)
            names.append(candidate.instrument.instrument_id)
    if names:
        given = sum([part for _, part in written])
        lost = reached.amount_minor - sum(map(sum, own_parts))
        sheet.steps.append(_step(names, pool[0], reached, given, lost))
    return written


def _give_gift(sheet: Sheet, candidate: Candidate, offer: GiftOffer, base: int) -> None:
    instrument = candidate.instrument
    pieces = sheet.pieces_of(candidate.rows)
    tiers = Tiers((Tier(offer.at, 0),), offer.counts, repeats=offer.repeats, times_max=offer.times_max)
    reached = reach_tier(tiers, base, pieces)
    if reached is None:
        sheet.skip([instrument.instrument_id], Reason.THRESHOLD, missing_to(tiers, base, pieces), offer.counts)
        return
    sheet.gifts.append(Gift(instrument.instrument_id, offer.sku_id, offer.quantity * reached.times))
    sheet.steps.append(_step([candidate.instrument.instrument_id], candidate, reached, 0, 0))


def _step(names: Sequence[Id], candidate: Candidate, reached: Reached, given: int, lost: int) -> Step:
    benefit = candidate.instrument.benefit
    assert isinstance(benefit, Tiers | GiftOffer), benefit
    level, tier, times = candidate.rule.level, reached.tier, reached.times
    return Step(tuple(names), level, reached.counted, tier, times, given, lost, benefit.counts)


def cap_amount(instrument: Instrument, amount_minor: int, base_minor: int) -> int:
    """What is left of an amount under the instrument's own caps. In minor units."""
    if instrument.share_max_bp is not None:
        amount_minor = min(amount_minor, base_minor * instrument.share_max_bp // BASIS)
    return amount_minor if instrument.discount_max_minor is None else min(amount_minor, instrument.discount_max_minor)


def _is_over_tail(sheet: Sheet, candidate: Candidate, face_minor: int) -> bool:
    """Whether the tail of a presale among these lines is not more than the face of a coupon."""
    if candidate.rule.level is Level.PAYMENT or all(sheet.lines[row].presale is None for row in candidate.rows):
        return False
    return sum(sheet.left[row] for row in candidate.rows) <= face_minor
