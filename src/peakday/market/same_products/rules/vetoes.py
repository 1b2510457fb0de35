"""What forbids that two items count as one product for a price?

A price is compared only between the same amount of the same model: sizes and counts that are told on both sides and
differ, model numbers that differ without one being a part of the other, or different people that it is made for, each
forbid it, however alike the rest is. A veto does not say "not the same": people may still look at the pair.
"""

from enum import StrEnum

from peakday.kernel.text import Text
from peakday.market.same_products.rules.amounts import amounts_of
from peakday.market.same_products.rules.item_profile import Profile

PART_OF_CODE_MIN = 4  # a shorter code is a part of anything
SIZE_KINDS = ("volume_ml", "mass_g", "storage_gb", "power_w", "length_m")


class Veto(StrEnum):
    """Why a pair is not used for prices."""

    SIZE = "size"
    COUNT = "count"
    MODEL = "model"
    PEOPLE = "people"

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _LABELS[self]


_LABELS = {
    Veto.SIZE: Text("规格不同", "another size"),
    Veto.COUNT: Text("件数不同", "another count"),
    Veto.MODEL: Text("型号不同", "another model"),
    Veto.PEOPLE: Text("适用人群不同", "for other people"),
}


def find_veto(one: Profile, other: Profile) -> Veto | None:
    """The first reason not to compare their prices, if there is one."""
    if any(_differ(amounts_of(one.amounts, kind), amounts_of(other.amounts, kind)) for kind in SIZE_KINDS):
        return Veto.SIZE
    if _differ(amounts_of(one.amounts, "count"), amounts_of(other.amounts, "count")):
        return Veto.COUNT
    if one.brands & other.brands and _are_other_models(one.models, other.models):
        return Veto.MODEL
    if _differ(one.people, other.people):
        return Veto.PEOPLE
    return None


def _differ(one: frozenset[object] | frozenset[str], other: frozenset[object] | frozenset[str]) -> bool:
    return bool(one) and bool(other) and not one & other


def _are_other_models(one: frozenset[str], other: frozenset[str]) -> bool:
    """Model numbers mean something within one brand only: elsewhere every seller has numbers of their own."""
    if not one or not other or one & other:
        return False
    return not any(
        len(min(mine, theirs, key=len)) >= PART_OF_CODE_MIN and (mine in theirs or theirs in mine)
        for mine in one
        for theirs in other
    )
