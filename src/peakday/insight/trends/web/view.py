"""How do cards and lives become what a template draws?"""

from dataclasses import dataclass
from typing import Any

from peakday.insight.trends.model import Card, Life, Rise
from peakday.kernel.text import Language, Text, day_text, money_text, number_text, percent_text

_RISES = {
    Rise.BURST: Text("近 4 周突增", "Burst in 4 weeks"),
    Rise.GROWTH: Text("半年稳步增长", "Growing for half a year"),
}


@dataclass(frozen=True, slots=True)
class View:
    """One reader of one shop's trends."""

    language: Language
    currency: str
    address: str  # of the page
    shop_address: str

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.of(self.language)

    def rise(self, card: Card) -> str:
        """How it rises."""
        return self.say(_RISES[card.rise])

    def times(self, ratio: float) -> str:
        """A multiple."""
        return f"{number_text(ratio, self.language, 1)} ×"

    def share(self, share: float | None) -> str:
        """A share as a percentage; of nothing, a dash."""
        return "–" if share is None else percent_text(share, self.language, 1)

    def money(self, minor: int) -> str:
        """An amount of the shop's currency."""
        return money_text(minor, self.currency, self.language)

    def since(self, life: Life) -> str:
        """Since when an item stands where it stands."""
        return day_text(life.now.on, self.language)

    def chart(self, card: Card) -> dict[str, Any]:
        """The segment's units by week, as an index."""
        title = self.say(Text("每周销量指数(26 周均值为 100)", "Units by week, mean of 26 weeks = 100"))
        index = [{"name": self.say(Text("指数", "Index")), "role": "main", "axis": 0, "unit": "count",
                  "data": list(card.index), "texts": [str(one) for one in card.index]}]  # fmt: skip
        return {"kind": "line", "title": title, "unit": "count", "x": [str(week) for week in card.weeks],
                "x_label": self.say(Text("周(周一)", "Week of")), "series": index}  # fmt: skip
