"""Which JSON doors do crowds have? Tags, sizes while one builds, saved crowds, their people, and withdrawals.

`data:view` sees sizes and figures; keeping, using and withdrawing needs `marketing:edit`. A size below 20 is not told:
it is null. Faults of an expression name their node.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from peakday.insight.audiences import api
from peakday.insight.audiences.model import Crowd, Origin, Privacy, Size
from peakday.insight.audiences.rules.crowd_expression import CROWD_PREFIX
from peakday.insight.consumers.model import Place, Stage
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside

router = APIRouter(prefix="/v1/shops/{shop_id}", tags=["audiences"])

NOWHERE = "none"
NUMBER_MAX = 2**31 - 1
SIZE_MAX = 1_000_000
ShopRef = Annotated[UUID, ShownId("shp")]
CrowdRef = Annotated[UUID, ShownId(CROWD_PREFIX)]
Word = Annotated[str, Field(min_length=1, max_length=60, pattern=LINE_PATTERN)]
PlaceName = Annotated[str, Field(pattern=f"^({'|'.join(Stage)}|{NOWHERE})$")]
Person = Annotated[str, Path(min_length=1, max_length=128, pattern=LINE_PATTERN)]


_answers = answers_beside(401, 403, 404, 422, 429)


class TagBody(BaseModel):
    """A tag with its people (null: too few to tell) and their share of the universe."""

    name: str
    title: str
    title_zh: str
    definition: str
    definition_zh: str
    privacy: Privacy
    people: int | None
    coverage: float | None
    as_of: datetime


class TagsBody(BaseModel):
    """Every tag; `universe` is the number of people whom the shop knows."""

    items: list[TagBody]
    universe: int | None


class ExpressionForm(BaseModel):
    """A tree of and / or / not over tag, did, sequence and crowd."""

    expression: dict[str, Any]


class SizeBody(BaseModel):
    """How many people, exactly (null: too few to tell), and whether they are enough to be used."""

    people: int | None
    can_be_used: bool


class CrowdForm(ExpressionForm):
    """An expression to keep: read anew at every look, or static."""

    name: Word
    is_static: bool = False


class CellForm(BaseModel):
    """A cell of the consumers' flow: where people stood on one day, and where on another."""

    name: Word
    first_day: date
    last_day: date
    left: PlaceName
    reached: PlaceName


class ExpansionForm(BaseModel):
    """A look-alike crowd of so many people; the seed's own are left out unless asked for."""

    name: Word
    size: Annotated[int, Field(ge=1, le=SIZE_MAX)]
    without_seed: bool = True


class UpliftForm(BaseModel):
    """An experiment: who got a message, who did not, since when; and the size of the crowd to make of it."""

    name: Word
    treated_id: CrowdRef
    control_id: CrowdRef
    started_on: date
    size: Annotated[int, Field(ge=1, le=SIZE_MAX)]


class CrowdBody(BaseModel):
    """A saved crowd."""

    crowd_id: str
    name: str
    origin: Origin
    is_static: bool
    expression: dict[str, Any] | None
    note: str
    size: SizeBody
    refreshed_at: datetime
    created_at: datetime


class CrowdsBody(BaseModel):
    """The shop's crowds, the latest first; their sizes are of the last refresh."""

    items: list[CrowdBody]
    next_cursor: str | None


class PeopleBody(BaseModel):
    """A page of a crowd's people, read at the call."""

    items: list[str]
    next_cursor: str | None


class ContrastBody(BaseModel):
    """How a crowd differs from everybody in one tag (TGI); significance with Holm's correction over all tags."""

    tag: str
    share: float
    base_share: float
    index: float
    p_value: float
    is_significant: bool


class ContrastsBody(BaseModel):
    """All tags that anybody has; empty for a crowd too small to tell."""

    items: list[ContrastBody]


class OverlapBody(BaseModel):
    """The people of two crowds and of both (null: too few to tell), and whether they share more or less than chance."""

    first: int | None
    second: int | None
    both: int | None
    index: float | None = Field(description="100 × the people of both / those expected by chance")
    p_value: float | None
    is_significant: bool


@router.get("/crowd-tags", responses=_answers())
async def list_tags(request: Request, shop_id: ShopRef) -> TagsBody:
    """Every tag with its coverage, freshness and privacy class."""
    house, actor = house_of(request), actor_of(request)
    states = await api.list_tags(house, actor, shop_id)
    universe = await api.count_universe(house, actor, shop_id)
    items = [
        TagBody(
            name=one.tag.name, title=one.tag.title.en, title_zh=one.tag.title.zh, definition=one.tag.definition.en,
            definition_zh=one.tag.definition.zh, privacy=one.tag.privacy, people=one.people, coverage=one.coverage,
            as_of=one.as_of,
        )
        for one in states
    ]  # fmt: skip
    return TagsBody(items=items, universe=universe.people)


@router.post("/crowd-sizes", responses=_answers(409))
async def tell_size(request: Request, shop_id: ShopRef, form: ExpressionForm) -> SizeBody:
    """How many people meet an expression now; keeps nothing."""
    return _size(await api.size_of_expression(house_of(request), actor_of(request), shop_id, form.expression))


@router.get("/crowds", responses=_answers())
async def list_crowds(request: Request, shop_id: ShopRef) -> CrowdsBody:
    """The saved crowds: a shop keeps 500 at most, so there is one page."""
    crowds = await api.list_crowds(house_of(request), actor_of(request), shop_id)
    return CrowdsBody(items=[_crowd(one, api.size_of(one.people)) for one in crowds], next_cursor=None)


@router.post("/crowds", status_code=201, responses=_answers(409))
async def save_crowd(request: Request, shop_id: ShopRef, form: CrowdForm) -> CrowdBody:
    """Keep an expression as a crowd."""
    house, actor = house_of(request), actor_of(request)
    crowd = await api.save_crowd(house, actor, shop_id, form.name, form.expression, is_static=form.is_static)
    return _crowd(crowd, api.size_of(crowd.people))


@router.post("/crowd-cells", status_code=201, responses=_answers(409))
async def save_cell(request: Request, shop_id: ShopRef, form: CellForm) -> CrowdBody:
    """Keep the people of a cell of the consumers' flow as a static crowd."""
    cell = (form.first_day, read_place(form.left)), (form.last_day, read_place(form.reached))
    crowd = await api.save_cell(house_of(request), actor_of(request), shop_id, form.name, cell)
    return _crowd(crowd, api.size_of(crowd.people))


@router.get("/crowds/{crowd_id}", responses=_answers(409))
async def get_crowd(request: Request, shop_id: ShopRef, crowd_id: CrowdRef) -> CrowdBody:
    """A crowd with the people it has now."""
    return _crowd(*await api.count_crowd(house_of(request), actor_of(request), shop_id, crowd_id))


@router.delete("/crowds/{crowd_id}", status_code=204, response_class=Response, responses=_answers(409))
async def remove_crowd(request: Request, shop_id: ShopRef, crowd_id: CrowdRef) -> None:
    """Forget a crowd; refused while another is made of it."""
    await api.remove_crowd(house_of(request), actor_of(request), shop_id, crowd_id)


@router.get("/crowds/{crowd_id}/people", responses=_answers(409))
async def list_people(
    request: Request, shop_id: ShopRef, crowd_id: CrowdRef, limit: PageLimit = 200,
    cursor: Annotated[int, Query(ge=0, le=NUMBER_MAX, description="next_cursor of the page before")] = 0,
) -> PeopleBody:  # fmt: skip
    """The sync door for ads and coupons: refused below 100 people. Read again to leave out who withdrew since."""
    people, after = await api.people_of(house_of(request), actor_of(request), shop_id, crowd_id, cursor, limit)
    return PeopleBody(items=[api.shown_person(one) for one in people], next_cursor=str(after) if after else None)


@router.get("/crowds/{crowd_id}/contrasts", responses=_answers(409))
async def list_contrasts(request: Request, shop_id: ShopRef, crowd_id: CrowdRef) -> ContrastsBody:
    """In which tags the crowd differs from everybody."""
    found = await api.contrast_crowd(house_of(request), actor_of(request), shop_id, crowd_id)
    return ContrastsBody(items=[
        ContrastBody(tag=one.tag.name, share=one.share, base_share=one.base_share, index=one.index,
                     p_value=one.p_value, is_significant=one.is_significant)
        for one in found
    ])  # fmt: skip


@router.get("/crowds/{crowd_id}/overlaps/{other_id}", responses=_answers(409))
async def get_overlap(request: Request, shop_id: ShopRef, crowd_id: CrowdRef, other_id: CrowdRef) -> OverlapBody:
    """How many people two crowds share."""
    (found,) = await api.overlap_crowds(house_of(request), actor_of(request), shop_id, crowd_id, [other_id])
    return OverlapBody(
        first=found.first, second=found.second, both=found.both, index=found.index, p_value=found.p_value,
        is_significant=found.is_significant,
    )  # fmt: skip


@router.post("/crowds/{crowd_id}/look-alikes", status_code=201, responses=_answers(409))
async def expand(request: Request, shop_id: ShopRef, crowd_id: CrowdRef, form: ExpansionForm) -> CrowdBody:
    """Keep the people most like a crowd; refused for a seed of fewer than 20."""
    wish = api.Expansion(form.name, form.size, without_seed=form.without_seed)
    crowd = await api.expand_crowd(house_of(request), actor_of(request), shop_id, crowd_id, wish)
    return _crowd(crowd, api.size_of(crowd.people))


@router.post("/crowd-uplifts", status_code=201, responses=_answers(409))
async def target(request: Request, shop_id: ShopRef, form: UpliftForm) -> CrowdBody:
    """Keep the people whom a message would move most to buy, learnt from an experiment."""
    wish = api.UpliftWish(form.name, form.treated_id, form.control_id, form.started_on, form.size)
    crowd = await api.target_uplift(house_of(request), actor_of(request), shop_id, wish)
    return _crowd(crowd, api.size_of(crowd.people))


@router.put("/crowd-withdrawals/{person}", status_code=204, response_class=Response, responses=_answers())
async def withdraw(request: Request, shop_id: ShopRef, person: Person) -> None:
    """Take a person out of every crowd of the shop, at once."""
    await api.change_consent(house_of(request), actor_of(request), shop_id, read_person(person), is_given=False)


@router.delete("/crowd-withdrawals/{person}", status_code=204, response_class=Response, responses=_answers())
async def give_back(request: Request, shop_id: ShopRef, person: Person) -> None:
    """Let a person be addressed again."""
    await api.change_consent(house_of(request), actor_of(request), shop_id, read_person(person), is_given=True)


def read_person(shown: str) -> str:
    """A person's word from the id that files show."""
    try:
        return str(read_id("byr", shown))
    except ValueError:
        return shown


def read_place(name: str) -> Place:
    """A place of the flow from its name in addresses."""
    return None if name == NOWHERE else Stage(name)


def _size(size: Size) -> SizeBody:
    return SizeBody(people=size.people, can_be_used=size.can_be_used)


def _crowd(crowd: Crowd, size: Size) -> CrowdBody:
    return CrowdBody(
        crowd_id=show_id(CROWD_PREFIX, crowd.crowd_id), name=crowd.name, origin=crowd.origin,
        is_static=crowd.is_static, expression=dict(crowd.expression) if crowd.expression is not None else None,
        note=crowd.note, size=_size(size), refreshed_at=crowd.refreshed_at, created_at=crowd.created_at,
    )  # fmt: skip
