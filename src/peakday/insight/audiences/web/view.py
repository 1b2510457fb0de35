"""How do crowds become what templates draw?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from peakday.insight.audiences.model import BOUGHT, Contrast, Size
from peakday.insight.audiences.rules.crowd_expression import CROWD_PREFIX
from peakday.insight.audiences.rules.crowd_size import SHOWN_MIN, size_of
from peakday.insight.audiences.rules.qini_band import QiniCurve
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

    def sequence(self, name: str) -> str:
        """Acts one after the other, in words."""
        return " → ".join(self.say(ACT_TEXTS[act]) for act in name.split(">"))

    def per_thousand(self, value: float) -> str:
        """Answers for each thousand people."""
        return number_text(value, self.language, 1)

    def qini_chart(self, curve: QiniCurve) -> dict[str, Any]:
        """The gain by depth with its band, and what chance would give."""
        chance = [curve.won[-1] * depth for depth in curve.depths]
        lines = (
            (Text("按增益排序", "By uplift"), "main", curve.won), (Text("95% 下限", "95 % low"), "compare", curve.low),
            (Text("95% 上限", "95 % high"), "compare", curve.high), (Text("随机", "Chance"), "main", chance),
        )  # fmt: skip
        return {
            "kind": "line", "title": self.say(Text("Qini 曲线", "Qini curve")), "currency": "", "unit": "count",
            "x": [percent_text(depth, self.language, 0) for depth in curve.depths],
            "x_label": self.say(Text("触达人群比例", "Share of people reached")),
            "series": [
                {
                    "name": self.say(name), "role": role, "axis": 0, "unit": "count",
                    "data": [round(one, 2) for one in values], "texts": [self.per_thousand(one) for one in values],
                }
                for name, role, values in lines
            ],
        }  # fmt: skip

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
