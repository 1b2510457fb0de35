"""With which request do shops, shoppers and staff knock at each door of channels, crowds and same products?"""

from peakday.kernel.ids import derived_id, show_id
from peakday.market.catalog.api import ComparedFace, ReadSoFar
from peakday.market.same_products.model import ItemRef, Judged
from peakday.market.same_products.store import save_faces, save_pairs
from tests.apps.http.replayed_by_houses import SHOP
from tests.apps.http.replaying import Ask, Row, Scene

SAME = {"verdict": "same"}
TAG = {"tag": "repeat_buyer"}
MAPPING = {"order": "no", "paid": "got", "ordered_at": "when", "sku": "code"}


async def connect(scene: Scene) -> Ask:
    """Its name is its key."""
    form = {"name": scene.key("stall"), "calibre": "own", "mapping": MAPPING}
    return Ask("shop", f"POST {scene.shop}/channels", form)


async def send_file(scene: Scene) -> Ask:
    # the same file is the same run; whoever takes it up a second time finds its rows done
    files, anew = {"files": {"file": ("a.csv", _file(scene))}}, frozenset({"kernel.import_run", "kernel.job"})
    return Ask("shop", f"POST {await _channel(scene)}/imports", more=files, anew=anew)


def _file(scene: Scene) -> bytes:
    return f"no,got,when,code\n{scene.key('o')},10.00,2022-11-11 10:00:00,C-1\n".encode()


async def _channel(scene: Scene) -> str:
    ask = await connect(scene)
    made = await scene.make("shop", ask.path, ask.json)
    return f"{scene.shop}/channels/{made['channel_id']}"


async def save_crowd(scene: Scene) -> Ask:
    """Its name is its key, as of every crowd."""
    return Ask("shop", f"POST {scene.shop}/crowds", {"name": scene.key("crowd"), "expression": TAG})


async def tell_size(scene: Scene) -> Ask:
    return Ask("shop", f"POST {scene.shop}/crowd-sizes", {"expression": TAG})


async def save_cell(scene: Scene) -> Ask:
    cell = {"first_day": "2026-11-01", "last_day": "2026-11-05", "left": "none", "reached": "L"}
    return Ask("shop", f"POST {scene.shop}/crowd-cells", {"name": scene.key("cell"), **cell})


async def remove_crowd(scene: Scene) -> Ask:
    ask = await save_crowd(scene)
    made = await scene.make("shop", ask.path, ask.json)
    return Ask("shop", f"DELETE {scene.shop}/crowds/{made['crowd_id']}")


async def withdraw(scene: Scene) -> Ask:
    return Ask("shop", f"PUT {scene.shop}/crowd-withdrawals/{scene.key('u')}")


async def give_back(scene: Scene) -> Ask:
    path = f"{scene.shop}/crowd-withdrawals/{scene.key('u')}"
    await scene.make("shop", f"PUT {path}")
    return Ask("shop", f"DELETE {path}")


async def withdraw_everywhere(scene: Scene) -> Ask:
    return Ask("buyer", "PUT /v1/my/crowd-withdrawal")


async def allow_everywhere(scene: Scene) -> Ask:
    await scene.make("buyer", "PUT /v1/my/crowd-withdrawal")
    return Ask("buyer", "DELETE /v1/my/crowd-withdrawal")


async def judge(scene: Scene) -> Ask:
    return Ask("staff", "POST /v1/platform/same-products/verdicts", await _pair(scene) | SAME, is_keyed=True)


async def undo_judgement(scene: Scene) -> Ask:
    ask = await judge(scene)
    await scene.make("staff", ask.path, ask.json)
    pair = {name: value for name, value in ask.json.items() if name != "verdict"}
    return Ask("staff", f"{ask.path}/undo", pair, is_keyed=True)


async def _pair(scene: Scene) -> dict[str, str]:
    """Two items of two shops that wait for a person."""
    names = [(scene.key("shop"), scene.key("item")) for _ in range(2)]
    one, other = sorted(ItemRef(derived_id(None, shop), derived_id(None, item)) for shop, item in names)
    faces = [ComparedFace(ReadSoFar("3", *ref), None, "tea", "", {}, 900, "CNY", True, None) for ref in (one, other)]
    async with scene.house.database.transaction() as tx:
        await save_faces(tx, faces, scene.now)
        await save_pairs(tx, [], [Judged(one, other, 0.5, None)], scene.now)
    return {"shop_id": show_id("shp", one[0]), "item_id": show_id("itm", one[1]),
            "other_shop_id": show_id("shp", other[0]), "other_item_id": show_id("itm", other[1])}  # fmt: skip


_LEARNT = "two buyers teach nothing; a crowd's name is its key: asked twice in tests/insight/audiences/test_trials.py"
_LINK = "a listing needs a file taken by the worker; see tests/insight/channels/test_goods.py: a link again is no news"
UNGRANTED = {
    f"POST {SHOP}/crowds/{{crowd_id}}/look-alikes": _LEARNT,
    f"POST {SHOP}/crowd-uplifts": _LEARNT,
    f"PUT {SHOP}/channels/{{channel_id}}/links": _LINK,
    f"DELETE {SHOP}/channels/{{channel_id}}/links": _LINK,
}
ROWS: dict[str, Row] = {
    "POST /v1/platform/same-products/verdicts": judge,
    "POST /v1/platform/same-products/verdicts/undo": undo_judgement,
    f"POST {SHOP}/channels": connect,
    f"POST {SHOP}/channels/{{channel_id}}/imports": send_file,
    f"POST {SHOP}/crowds": save_crowd,
    f"POST {SHOP}/crowd-sizes": tell_size,
    f"POST {SHOP}/crowd-cells": save_cell,
    f"DELETE {SHOP}/crowds/{{crowd_id}}": remove_crowd,
    f"PUT {SHOP}/crowd-withdrawals/{{person}}": withdraw,
    f"DELETE {SHOP}/crowd-withdrawals/{{person}}": give_back,
    "PUT /v1/my/crowd-withdrawal": withdraw_everywhere,
    "DELETE /v1/my/crowd-withdrawal": allow_everywhere,
}
