"""How do crowds become what templates draw?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from peakday.insight.audiences.model import BOUGHT, Contrast, Size
from peakday.insight.audiences.rules.crowd_expression import CROWD_PREFIX
from peakday.insight.audiences.rules.crowd_size import SHOWN_MIN, size_of
from peakday.kernel.ids import show_id
from peakday.kernel.text import Language, Text, number_text, percent_text

ACT_TEXTS = {
    "impression": Text("看见", "Saw"), "click": Text("点击", "Clicked"), "pv": Text("浏览", "Viewed"),
    "search": Text("搜索", "Searched"), "fav": Text("收藏", "Saved"), "cart": Text("加购", "Added to cart"),
    "follow": Text("关注", "Followed"), "join": Text("入会", "Joined"), "comment": Text("评论", "Commented"),
    "like": Text("点赞", "Liked"), "share": Text("分享", "Shared"), "inquiry": Text("咨询", "Asked"),
    BOUGHT: Text("购买", "Bought"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """One reader of one shop's crowds."""

    language: Language
    address: str

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.of(self.language)

    def people(self, people: int | None) -> str:
        """A number of people, or that it is too small to tell."""
        return f"< {SHOWN_MIN}" if people is None else number_text(people, self.language, 0)

    def kept(self, people: int) -> str:
        """A kept number of people as it may be told."""
        return self.people(size_of(people).people)

    def share(self, share: float | None) -> str:
        """A share as a percentage, a dash where there is none."""
        return "–" if share is None else percent_text(share, self.language, 1)

    def part(self, size: Size, universe: Size) -> str:
        """The share of the universe."""
        return self.share(size.people / universe.people if size.people is not None and universe.people else None)

    def show(self, crowd_id: UUID) -> str:
        """A crowd's shown id."""
        return show_id(CROWD_PREFIX, crowd_id)

    def index(self, value: float) -> str:
        """A TGI."""
        return number_text(value, self.language, 0)

    def chart(self, contrasts: Sequence[Contrast]) -> dict[str, Any]:
        """The indices as bars; 100 is everybody."""
        return {
            "kind": "hbar", "title": self.say(Text("人群与全体的差异 (TGI)", "How the crowd differs (TGI)")),
            "currency": "", "unit": "count", "x": [self.say(one.tag.title) for one in contrasts],
            "x_label": self.say(Text("标签", "Tag")),
            "series": [{
                "name": "TGI", "role": "main", "axis": 0, "unit": "count",
                "data": [round(one.index) for one in contrasts], "texts": [self.index(one.index) for one in contrasts],
            }],
        }  # fmt: skip
