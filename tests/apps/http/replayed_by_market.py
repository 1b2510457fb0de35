"""With which request do people knock at each changing door of accounts, shops, catalogue, health and behaviour?"""

from datetime import timedelta

from peakday.kernel.ids import show_id
from tests.apps.http.replayed_by_houses import SHOP
from tests.apps.http.replaying import Ask, Row, Scene
from tests.market.people import PASSWORD

BUYERS, HEALTH, ITEMS = "/v1/buyers", f"{SHOP}/health", f"{SHOP}/items"
NEW_PASSWORD = "another quiet harbour at dawn"


async def register(scene: Scene) -> Ask:
    """Its login is its key."""
    login = {"login": scene.key("reg"), "name": "Li Lei", "password": PASSWORD}
    return Ask("nobody", f"POST {BUYERS}", login)


async def sign_in(scene: Scene) -> Ask:
    ask = await register(scene)
    await scene.make("nobody", ask.path, ask.json)
    given = {"login": ask.json["login"], "password": PASSWORD}
    return Ask("nobody", f"POST {BUYERS}/sessions", given)


async def make_shoppers(scene: Scene) -> Ask:
    return Ask("staff", "POST /v1/platform/shoppers", {"source_refs": [scene.key("shopper")]})


async def edit_profile(scene: Scene) -> Ask:
    return Ask("shop", f"PATCH {scene.shop}", {"city": scene.key("city")})


async def open_staff(scene: Scene) -> Ask:
    """Its login is its key."""
    form = {"login": scene.key("sub"), "name": "Packer", "password": PASSWORD, "role": "shipping"}
    return Ask("shop", f"POST {scene.shop}/staff", form)


async def _staff(scene: Scene) -> str:
    ask = await open_staff(scene)
    return f"{scene.shop}/staff/{(await scene.make('shop', ask.path, ask.json))['account_id']}"


async def edit_staff(scene: Scene) -> Ask:
    return Ask("shop", f"PATCH {await _staff(scene)}", {"name": "Second packer"})


async def set_password(scene: Scene) -> Ask:
    # a password is kept as a salted hash, so the same one is another row
    anew = frozenset({"accounts.account"})
    return Ask("shop", f"PUT {await _staff(scene)}/password", {"password": NEW_PASSWORD}, anew=anew)


async def create_key(scene: Scene) -> Ask:
    return Ask("shop", f"POST {scene.shop}/keys", {"name": scene.key("key"), "scopes": ["events:write"]}, is_keyed=True)


async def revoke_key(scene: Scene) -> Ask:
    ask = await create_key(scene)
    made = await scene.make("shop", ask.path, ask.json)
    return Ask("shop", f"DELETE {scene.shop}/keys/{made['key']['key_id']}")


async def add_item(scene: Scene) -> Ask:
    form = {"item_ref": scene.key("item"), "title": "Oolong", "list_price_minor": 8_800}
    return Ask("shop", f"POST {scene.shop}/items", form, is_keyed=True)


async def _item(scene: Scene) -> str:
    ask = await add_item(scene)
    return f"{scene.shop}/items/{(await scene.make('shop', ask.path, ask.json))['item_id']}"


async def edit_item(scene: Scene) -> Ask:
    return Ask("shop", f"PATCH {await _item(scene)}", {"list_price_minor": 8_100})


async def undo_edit(scene: Scene) -> Ask:
    item = await _item(scene)
    await scene.make("shop", f"PATCH {item}", {"title": "Oolong, spring"})
    edits = (await scene.clients["shop"].get(f"{item}/edits")).json()["items"]
    return Ask("shop", f"POST {item}/edits/{edits[0]['edit_no']}/undo")


async def send_items(scene: Scene) -> Ask:
    # the same file is the same run; whoever takes it up a second time finds its rows done
    rows = f"item_ref,title,list_price\n{scene.key('row')},Oolong,88.00\n".encode()
    files, anew = {"files": {"file": ("items.csv", rows)}}, frozenset({"kernel.import_run", "kernel.job"})
    return Ask("shop", f"POST {scene.shop}/imports", more=files, anew=anew)


def _own_item(scene: Scene) -> str:
    return f"{scene.shop}/health/items/{show_id('itm', scene.floor.tea_item)}"


async def set_red_line(scene: Scene) -> Ask:
    return Ask("shop", f"PUT {_own_item(scene)}/red-line", {"price_minor": 5_000})


async def exempt(scene: Scene) -> Ask:
    until = (scene.now + timedelta(days=3)).isoformat()
    return Ask("shop", f"PUT {_own_item(scene)}/exemption", {"reason": "clearance", "expires_at": until})


async def end_exemption(scene: Scene) -> Ask:
    ask = await exempt(scene)
    await scene.make("shop", ask.path, ask.json)
    return Ask("shop", f"DELETE {_own_item(scene)}/exemption")


async def set_rule(scene: Scene) -> Ask:
    return Ask("shop", f"PUT {scene.shop}/health/rule", {"red_line_bp": 6_000})


async def want_scan(scene: Scene) -> Ask:
    return Ask("shop", f"POST {scene.shop}/health/scan")


async def look_ahead(scene: Scene) -> Ask:
    instrument = await scene.draft(scene.floor.shop_id, scene.floor.owner)
    return Ask("shop", f"POST {scene.shop}/health/what-if", {"instrument_id": instrument})


UNGRANTED = {
    f"POST {BUYERS}/guests": "nobody knows who asks: each asking is another guest, who has nothing yet",
    f"DELETE {BUYERS}/sessions": "the pass that would ask again is revoked: 401, and nothing changes",
    f"POST {HEALTH}/findings/{{finding_id}}/accept": "a finding comes of the health centre's look, not taken here",
    "POST /v1/events": "each event is kept once by its id: tests/insight/behaviour, and after kill -9",
}
ROWS: dict[str, Row] = {
    f"POST {BUYERS}": register,
    f"POST {BUYERS}/sessions": sign_in,
    "POST /v1/platform/shoppers": make_shoppers,
    f"PATCH {SHOP}": edit_profile,
    f"POST {SHOP}/staff": open_staff,
    f"PATCH {SHOP}/staff/{{account_id}}": edit_staff,
    f"PUT {SHOP}/staff/{{account_id}}/password": set_password,
    f"POST {SHOP}/keys": create_key,
    f"DELETE {SHOP}/keys/{{key_id}}": revoke_key,
    f"POST {ITEMS}": add_item,
    f"PATCH {ITEMS}/{{item_id}}": edit_item,
    f"POST {ITEMS}/{{item_id}}/edits/{{edit_no}}/undo": undo_edit,
    f"POST {SHOP}/imports": send_items,
    f"PUT {HEALTH}/items/{{item_id}}/red-line": set_red_line,
    f"PUT {HEALTH}/items/{{item_id}}/exemption": exempt,
    f"DELETE {HEALTH}/items/{{item_id}}/exemption": end_exemption,
    f"PUT {HEALTH}/rule": set_rule,
    f"POST {HEALTH}/scan": want_scan,
    f"POST {HEALTH}/what-if": look_ahead,
}
