"""What is surely lost on lines on which more is promised than is left?

An act's part of a line is cut at what is left there, and the cut is lost. Of what all acts promise on a line, as little
as it ever is, so much is lost as exceeds what is left. Only with parallel thresholds: progressive ones count what is
left, so what is promised there is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from peakday.trade.promotions.rules.card_bounds import ONE
from peakday.trade.promotions.rules.card_effects import bases_at, most_funded
from peakday.trade.promotions.rules.card_outlook import Outlook


@dataclass(frozen=True, slots=True, eq=False)
class Crowds:
    """The places of crowded lines, and what is left there.

    By late step its least part of each, and the share (scaled) that this is of its base there.

    `early` are the lines on which an early card gives, with its part; `share` is 0 where a part does not change.
    """

    rows: dict[int, int]
    left: list[int]
    late: dict[int, list[int]] = field(default_factory=dict)
    share: dict[int, int] = field(default_factory=dict)
    early: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def find_crowds(outlook: Outlook) -> Crowds:
    """The crowded lines of a group."""
    group = outlook.group
    rows = sorted({row for act in group.acts for row in act.rows if outlook.room[row] < 0}) if group.is_parallel else []
    places = {row: place for place, row in enumerate(rows)}
    crowds = Crowds(places, [outlook.balance.left[row] for row in rows])
    for step in outlook.late if rows else ():
        _add_late(outlook, crowds, rows, step)
    for step in outlook.early:
        act = group.acts[step]
        plan = act.plan_of(act.pick(bases_at(act, outlook.balance, is_parallel=True))) if rows else []
        found = [(places[row], part) for row, part in zip(act.rows, plan, strict=False) if row in places and part]
        crowds.early[step] = [(place, min(part, crowds.left[place])) for place, part in found]
    return crowds


def _add_late(outlook: Outlook, crowds: Crowds, rows: Sequence[int], step: int) -> None:
    act = outlook.group.acts[step]
    face = act.face_of(outlook.base[step])[1]
    if act.is_payment or (act.has_budget and most_funded(act, outlook.planned[step]) < face):
        return
    own = act.pick(bases_at(act, outlook.balance, is_parallel=True))
    if act.is_steady:
        plan = zip(act.rows, act.plan_of(own), strict=True)
        parts = {row: part for row, part in plan if row not in outlook.unpaid[step]}
        crowds.late[step], crowds.share[step] = [parts.get(row, 0) for row in rows], 0
        return
    share = outlook.shares[step]
    bases = {row: base for row, base in zip(act.rows, own, strict=True) if row not in outlook.unpaid[step]}
    crowds.late[step] = [max(share * bases.get(row, 0) // ONE - 1, 0) for row in rows]
    crowds.share[step] = share


def crowd_of(crowds: Crowds, late: Sequence[int]) -> tuple[list[int], int]:
    """What these late acts promise on each crowded line at least, and the share that an early lowering takes off it."""
    total, share = [0] * len(crowds.left), 0
    for step in late:
        if step in crowds.late:
            total = list(map(int.__add__, total, crowds.late[step]))
            share += crowds.share[step]
    return total, share


def lost_by_late(crowds: Crowds, total: Sequence[int]) -> int:
    """What late acts lose on crowded lines by themselves."""
    return sum([promised - left for promised, left in zip(total, crowds.left, strict=True) if promised > left])


def lost_by_early(crowds: Crowds, total: Sequence[int], share: int, step: int) -> int:
    """What is lost more when an early card gives too; `share` is 0 unless it lowers what late acts count."""
    lost = 0
    for place, part in crowds.early[step]:
        left, promised = crowds.left[place], total[place]
        added = part - (share * part // ONE + 1 if share else 0)
        lost += max(added + promised - left, 0) - max(promised - left, 0)
    return lost


def lost_by_pairs(outlook: Outlook, crowds: Crowds, late: Sequence[int]) -> dict[int, dict[int, int]]:
    """By early card and other early card, what the two lose together beside what each of them loses alone.

    Where one lowers what late acts count there, these promise less, and less of that is lost.
    """
    total, share = crowd_of(crowds, late)
    lost: dict[int, dict[int, int]] = {}
    for first, second, row, *parts in outlook.clashes:
        left, promised = outlook.balance.left[row], total[crowds.rows[row]] if row in crowds.rows else 0
        alone = sum([max(part + promised - left, 0) for part in parts])
        clash = sum(parts) - left
        lowered = sum([part for card, part in zip((first, second), parts, strict=True) if outlook.takes[card]])
        more = min(clash, clash + promised - alone) - (share * lowered // ONE + 1 if share and lowered else 0)
        if more > 0:
            for one, other in ((first, second), (second, first)):
                by = lost.setdefault(one, {})
                by[other] = by.get(other, 0) + more
    return lost
