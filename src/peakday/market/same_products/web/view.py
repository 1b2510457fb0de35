"""How do members and pairs become what templates draw?"""

from dataclasses import dataclass
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.text import Language, Text, money_text, percent_text
from peakday.market.same_products.model import Member, Pair, Verdict
from peakday.market.same_products.rules.item_profile import profile_of
from peakday.market.same_products.rules.unit_price import unit_price
from peakday.market.same_products.rules.vetoes import Veto

VERDICT_TEXTS = {
    Verdict.SAME: Text("同款", "the same"), Verdict.NOT_SAME: Text("不是同款", "not the same"),
    Verdict.SKIPPED: Text("跳过", "skipped"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """One reader."""

    language: Language
    shop_names: dict[UUID, str]

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.of(self.language)

    def shop(self, member: Member) -> str:
        """The name of a member's shop."""
        return self.shop_names.get(member.shop_id) or show_id("shp", member.shop_id)

    def price(self, member: Member) -> str:
        """The list price, a dash where none is told."""
        if member.price_minor is None:
            return "–"
        return money_text(member.price_minor, member.currency, self.language)

    def unit(self, member: Member) -> str:
        """The price of one unit, a dash where the title tells no amount."""
        found = unit_price(member.price_minor, profile_of(member.face).amounts)
        return f"{money_text(found.minor, member.currency, self.language)} / {found.label}" if found else "–"

    def sure(self, pair: Pair) -> str:
        """The probability."""
        return percent_text(pair.probability, self.language, 0)

    def veto(self, pair: Pair) -> str:
        """Why the pair is not used for prices."""
        return self.say(Veto(pair.veto).label) if pair.veto else ""

    def verdict(self, pair: Pair) -> str:
        """What a person said."""
        return self.say(VERDICT_TEXTS[pair.verdict]) if pair.verdict else ""

    def evidence(self, pair: Pair) -> list[tuple[str, str, str, bool]]:
        """Attribute, both values, whether they agree; those that both sides tell come first."""
        mine, theirs = pair.one.face.attributes, pair.other.face.attributes
        keys = sorted(mine.keys() | theirs.keys(), key=lambda key: (not (key in mine and key in theirs), key))
        return [
            (key, mine.get(key, "–"), theirs.get(key, "–"), key in mine and mine.get(key) == theirs.get(key))
            for key in keys
        ]

    def names(self, pair: Pair) -> dict[str, str]:
        """The four ids of a pair as a form sends them."""
        return {
            "shop": show_id("shp", pair.one.shop_id), "item": show_id("itm", pair.one.item_id),
            "other_shop": show_id("shp", pair.other.shop_id), "other_item": show_id("itm", pair.other.item_id),
        }  # fmt: skip
