"""Do linked goods join all channels: conflicts of price, stock and profit; and is every link taken back as easily?"""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from peakday.insight.channels import api, goods
from peakday.insight.channels.actions.match_goods import CodeTitleAndLikeness
from peakday.insight.channels.errors import ConnectionNotFound, ListingNotFound
from peakday.insight.channels.goods_model import Evidence, Listing, ListingKey, OwnGood
from peakday.insight.channels.model import Rate
from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import Invalid, NotAllowed
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewItem, NewSku, item_id_of, sku_id_of
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock
from tests.insight.channels.channel_files import write_rows

MAPPING = {"order": "no", "paid": "got", "ordered_at": "when", "sku": "code", "title": "name", "quantity": "n",
           "fees": "fee", "refund": "back"}  # fmt: skip
COLUMNS = ["no", "got", "when", "code", "name", "n", "fee", "back"]
DAYS = (date(2022, 11, 1), date(2022, 11, 30))


@pytest.fixture
async def stall(house, shop, connect, tmp_path):
    """A shop with tea (two SKUs) and a cup; two channels that sell the cup, one of them in dollars."""
    skus = (NewSku("CUP", price_minor=10_000, cost_minor=4_000),)
    tea = (NewSku("TEA-R", price_minor=5_000), NewSku("TEA-B", price_minor=6_000))
    async with house.database.transaction() as tx:
        rows = [
            NewItem(shop, "test", "cup-1", "青瓷盖碗", skus=skus),
            NewItem(shop, "test", "tea-1", "龙井茶叶", skus=tea),
        ]
        await catalog.copy_items(tx, rows, house.clock.now())
        cup = sku_id_of(shop, "cup-1", "CUP")
        await stock.set_initial_stock(tx, [OpeningStock(shop, cup, 12)], house.clock.now())
        rate = Rate("USD", "CNY", *DAYS, Decimal(7), "bank")
        await api.add_rate(house, tx, SYSTEM, shop, rate)
    first = await connect(shop, name="Stall", mapping=MAPPING)
    second = await connect(shop, name="Abroad", mapping=MAPPING, currency="USD")
    sold = [
        ("1", "180", "2022-11-10 10:00:00", "CUP", "cup", "2", "10", ""),
        ("2", "88", "2022-11-11 10:00:00", "CUP", "cup", "1", "", "8"),
        ("3", "50", "2022-11-11 11:00:00", "zz", "龙井 茶叶", "1", "", ""),
        ("4", "9", "2022-11-11 12:00:00", "odd", "?", "1", "", ""),
    ]
    abroad = [("9", "20", "2022-11-11 10:00:00", "cup", "Cup", "1", "", "")]
    for channel, rows, name in ((first, sold, "a.csv"), (second, abroad, "b.csv")):
        told = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        path = write_rows(tmp_path / name, COLUMNS, told)
        await api.import_file(house, SYSTEM, shop, channel.connection_id, path, name)
    return first, second


async def _links(house, shop):
    async with house.database.read() as tx:
        return await goods.links_of(tx, SYSTEM, shop)


@pytest.mark.capability("LY-06", "LY-14")
async def test_confirmed_goods_join_the_channels_and_show_conflict_stock_and_profit(house, shop, stall):
    first, second = stall
    found = await _links(house, shop)
    told = {(one.listing.key.ref, one.evidence) for one in found.proposals}
    assert told == {("CUP", Evidence.CODE), ("cup", Evidence.CODE), ("zz", Evidence.TITLE)}
    assert [one.key.ref for one in found.rest] == ["odd"]

    async with house.database.transaction() as tx:
        assert await goods.confirm_all(house, tx, SYSTEM, shop) == 2
        assert await goods.confirm_all(house, tx, SYSTEM, shop) == 0
        state = await goods.goods_state(house, tx, SYSTEM, shop, "CNY", DAYS)

    (gap,) = state.gaps
    assert [(one.connection_id, one.price_minor, one.file_name, one.row_no) for one in gap.quotes] == [
        (first.connection_id, 8_800, "a.csv", 3), (None, 10_000, "", 0), (second.connection_id, 14_000, "b.csv", 2),
    ]  # fmt: skip
    assert (gap.quotes[2].told_minor, gap.quotes[2].currency, gap.quotes[2].day) == (2_000, "USD", date(2022, 11, 11))
    (cup,) = state.profits
    assert cup.item_id == item_id_of(shop, "cup-1")
    assert cup.by_channel == ((first.connection_id, 3), (second.connection_id, 1))
    assert (cup.net_minor, cup.cost_minor) == (18_000 + 8_800 - 1_000 - 800 + 14_000, 4 * 4_000)
    assert (cup.profit_minor, cup.stock, cup.days_left(30)) == (39_000 - 16_000, 12, 90)


async def test_a_link_is_taken_back_and_a_refused_one_is_not_proposed_again(house, shop, stall):
    first, _ = stall
    tea, cup = ListingKey(first.connection_id, "zz"), ListingKey(first.connection_id, "CUP")
    async with house.database.transaction() as tx:
        item = (item_id_of(shop, "tea-1"), None, Evidence.TITLE)
        assert await goods.confirm_link(house, tx, SYSTEM, shop, tea, item)
        assert not await goods.confirm_link(house, tx, SYSTEM, shop, tea, item)
        await goods.refuse_link(house, tx, SYSTEM, shop, cup, item_id_of(shop, "cup-1"))
    found = await _links(house, shop)
    assert [(one.key, one.sku_id) for one in found.links] == [(tea, None)]
    assert cup not in {one.listing.key for one in found.proposals}
    assert cup in {one.key for one in found.rest}

    async with house.database.transaction() as tx:
        assert await goods.take_back(tx, SYSTEM, shop, tea)
        assert not await goods.take_back(tx, SYSTEM, shop, tea)

    again = await _links(house, shop)
    assert (again.links, tea in {one.listing.key for one in again.proposals}) == ((), True)


async def test_what_is_not_there_is_not_linked_and_nothing_changes(house, shop, other_shop, stall):
    first, _ = stall
    cup = ListingKey(first.connection_id, "CUP")
    mine = (item_id_of(shop, "cup-1"), None, Evidence.HAND)
    stranger = Actor(ActorKind.MERCHANT, None, shop_id=shop, permissions=frozenset({"data:view"}))
    for actor, where, key, item, refusal in (
        (SYSTEM, shop, cup._replace(ref="nothing"), mine, ListingNotFound),
        (SYSTEM, shop, cup, (item_id_of(shop, "none"), None, Evidence.HAND), Invalid),
        (SYSTEM, shop, cup, (mine[0], sku_id_of(shop, "tea-1", "TEA-R"), Evidence.HAND), Invalid),
        (SYSTEM, other_shop, cup, mine, ConnectionNotFound),
        (stranger, shop, cup, mine, NotAllowed),
    ):
        async with house.database.transaction() as tx:
            with pytest.raises(refusal):
                await goods.confirm_link(house, tx, actor, where, key, item)
    assert (await _links(house, shop)).links == ()


def test_a_reworded_title_is_proposed_as_likely_and_what_two_goods_could_be_is_not():
    items = {name: UUID(int=number) for number, name in enumerate(("gloves", "tea", "socks", "copy", "twin"), 1)}
    titles = {
        "gloves": "义乌厂家直销 触屏五指羊绒名媛蝴蝶结毛球女冬季双层保暖手套",
        "tea": "明前龙井茶叶 250克 罐装", "socks": "纯棉男袜中筒吸汗防臭",
        "copy": "复古碎花春网红连衣裙女夏季新款", "twin": "复古碎花春网红连衣裙女夏季新款",
    }  # fmt: skip
    own = [OwnGood(items[name], UUID(int=90 + place), name, f"{name}-1", title)
           for place, (name, title) in enumerate(titles.items())]  # fmt: skip
    told = (
        "龙井茶叶",
        "义乌 触屏五指羊绒蝴蝶结毛球女冬季双层保暖手套",
        "复古碎花春网红连衣裙女夏季新款 包邮",
        "摩托头盔",
        "",
    )
    listings = [Listing(ListingKey(UUID(int=200), f"x{place}"), title, 1, datetime(2026, 11, 1, tzinfo=UTC))
                for place, title in enumerate(told)]  # fmt: skip
    [one] = CodeTitleAndLikeness().propose(listings, own)
    assert (one.listing.title, one.item_id, one.sku_id) == (told[1], items["gloves"], UUID(int=90))
    assert one.evidence is Evidence.MATCHER
