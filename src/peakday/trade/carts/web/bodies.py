"""What do the cart's doors take and answer?

Amounts are minor units of the till's currency; ids are shown ids.
"""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from peakday.kernel.web.problems import FieldProblem
from peakday.trade.carts.model import LINES_MAX
from peakday.trade.carts.viewed import Change
from peakday.trade.promotions.model import Counts, Gives

SkuIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=LINES_MAX)]


class LineBody(BaseModel):
    """A line. `payable_minor` is its part of what is to be paid, 0 while it is not selected; `left` null: not counted.

    `changes` and `seen_minor`: since the shopper last looked (POST …/look). With a `problem` it cannot be bought so.
    """

    shop_id: str
    item_id: str | None
    sku_id: str
    title: str
    spec: dict[str, str]
    image: str | None
    quantity: int
    is_selected: bool
    added_at: datetime
    price_minor: int
    catalogue_minor: int
    list_minor: int
    payable_minor: int
    currency: str
    left: int | None
    seen_minor: int
    changes: list[Change]
    problem: FieldProblem | None


class GroupBody(BaseModel):
    """Lines of one shop. `is_selected`: every line of it that can be bought is selected."""

    shop_id: str
    name: str
    name_en: str
    is_selected: bool
    lines: list[LineBody]


class UsedBody(BaseModel):
    """An offer or a card that gives something, with how much."""

    instrument_id: str
    name: str
    name_zh: str
    minor: int
    is_card: bool


class AdviceBody(BaseModel):
    """What is missing to the next tier (minor units or pieces) and what it gives (minor units or basis points)."""

    instrument_id: str
    name: str
    name_zh: str
    missing: int
    counts: Counts
    off: int
    gives: Gives
    shop_id: str | None


class TillBody(BaseModel):
    """What is paid together. `token` names what was shown: send it with the checkout. No cards make it cost less than
    `payable_minor - gap_minor`.
    """

    currency: str
    rules_name: str
    rules_version: str
    list_minor: int
    discount_minor: int
    payable_minor: int
    gap_minor: int
    token: str
    lines: int
    used: list[UsedBody]
    advice: list[AdviceBody]


class SummaryBody(BaseModel):
    """The cart in figures: of all lines, whatever page is shown."""

    at: datetime
    version: int
    lines: int
    selected: int
    pieces: int
    tills: list[TillBody]


class CartBody(SummaryBody):
    """A page of the cart: groups by shop, and what cannot be bought, folded."""

    found: int
    groups: list[GroupBody]
    invalid: list[LineBody]
    next_cursor: str | None


class ChangedBody(SummaryBody):
    """The cart in figures after a change, with the line that was changed."""

    line: LineBody | None


class AddedBody(BaseModel):
    """The line after pieces were added, and how many lines the cart has."""

    sku_id: str
    quantity: int
    price_minor: int
    currency: str
    lines: int
    is_new: bool


class ChangeBody(BaseModel):
    """What to set of a line; null leaves as it is."""

    quantity: int | None = Field(None, ge=-(2**31), le=2**31)
    is_selected: bool | None = None


class SelectionBody(BaseModel):
    """Which lines to select or deselect: these SKUs, those of a shop, or all (both null)."""

    is_selected: bool
    sku_ids: SkuIds | None = None
    shop_id: str | None = Field(None, max_length=64)


class RemovalWish(BaseModel):
    """What to remove: these SKUs, or all that cannot be bought (`sku_ids` null)."""

    sku_ids: SkuIds | None = None


class RemovalBody(BaseModel):
    """What was removed together; POST …/{removal_id}/undo within a day brings it back. Null: there was nothing."""

    removal_id: str | None
    lines: int


class SkusBody(BaseModel):
    """Some SKUs."""

    sku_ids: SkuIds


class CountBody(BaseModel):
    """How many."""

    count: int


class FavouritesBody(BaseModel):
    """A page of favourites, newest first."""

    items: list[LineBody]
    next_cursor: str | None


class AdditionBody(BaseModel):
    """Goods to add, the best first: what they are worth, what is paid more in all, what reaches further by them."""

    shop_id: str
    sku_id: str
    quantity: int
    value_minor: int
    extra_minor: int
    payable_minor: int
    reached: list[str]


class AdditionsBody(BaseModel):
    """Goods that reach a further tier, ranked by what is paid more for each unit of value."""

    items: list[AdditionBody]
