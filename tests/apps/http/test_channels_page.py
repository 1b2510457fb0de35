"""Does a merchant connect channels, send their files and make the daily report in one click, in both languages?"""

import re

import pytest

from tests.insight.channels.channel_files import SHOPIFY_ORDERS, amazon_file, own_file, shopify_file


def csrf_in(text: str) -> str:
    return re.search(r'name="csrf-token" content="([^"]+)"', text).group(1)


@pytest.mark.capability("LY-06", page="/shop/{shop_id}/data/channels")
@pytest.mark.parametrize(
    ("language", "words", "short"), [("zh", "还没有渠道", "净收入"), ("en", "No channels yet", "net")]
)
async def test_files_become_a_report_and_a_missing_rate_is_asked_for(market, tmp_path, language, words, short):
    base = f"/shop/{market.places['north'].shown}/data/channels"
    async with market.signed_in("north-main") as client:
        page = await client.get(f"{base}?lang={language}")
        assert (page.status_code, words in page.text) == (200, True)
        token = {"csrf_token": csrf_in(page.text)}
        header = {"x-csrf-token": token["csrf_token"]}
        empty = await client.get(f"{base}/report")
        assert (empty.status_code, "headlines" in empty.text) == (200, False)
        for name, calibre in (("A shop", "shopify"), ("Amazon US", "amazon")):
            made = await client.post(base, data={"name": name, "calibre": calibre, **token})
            assert made.status_code == 303, made.text
        page = await client.get(base)
        files = re.findall(r'action="([^"]+/files)"', page.text)
        assert len(files) == 2
        for address, path in zip(files, (shopify_file(tmp_path), amazon_file(tmp_path)), strict=True):
            sent = await client.post(address, files={"file": (path.name, path.read_bytes())}, headers=header)
            assert sent.status_code == 303, sent.text

        blocked = await client.get(f"{base}/report")
        assert (blocked.status_code, "USD" in blocked.text) == (409, True)
        days = {"currency": "USD", "first_day": "2022-11-01", "last_day": "2022-11-30", "rate": "7", "source": "bank"}
        assert (await client.post(f"{base}/rates", data={**days, **token})).status_code == 303
        again = await client.post(f"{base}/rates", data={**days, **token})
        assert again.status_code == 409
        report = await client.get(f"{base}/report?day=2022-11-11")
        assert (report.status_code, short in report.text) == (200, True)
        assert "¥1,100.33" in report.text  # 7 x (105.00 of Shopify + 52.19 of Amazon)
        saved = re.search(r'id="time-saved">\D*(\d+)', report.text).group(1)
        assert int(saved) == 2 * 12 + 3 + 15 - 2 - 1
        file = await client.get(f"{base}/figures.csv")
        assert "2022-11-16,Amazon US,CNY,0,0,0.00,0.00,0.00,70.00,49.00,-119.00" in file.text

        wrong = shopify_file(tmp_path, [{**SHOPIFY_ORDERS[2], "Subtotal": "30.00", "Total": "30.00"}])
        refused = await client.post(files[0], files={"file": ("again.csv", wrong.read_bytes())}, headers=header)
        assert (refused.status_code, "again.csv" in refused.text, "orders_export.csv" in refused.text) == (
            409, True, True,
        )  # fmt: skip


async def test_another_shops_channel_takes_no_file_and_shows_none(market, tmp_path):
    north, south = (f"/shop/{market.places[name].shown}/data/channels" for name in ("north", "south"))
    async with market.signed_in("north-main") as client:
        token = {"csrf_token": csrf_in((await client.get(north)).text)}
        own = {"name": "Northern stall", "calibre": "own", "mapping": "order=no\npaid=got\nordered_at=when", **token}
        assert (await client.post(north, data=own)).status_code == 303
        address = re.search(r'action="([^"]+/files)"', (await client.get(north)).text).group(1)
        faulty = await client.post(north, data={**own, "name": "x", "mapping": "order=no"})
        assert (faulty.status_code, "paid" in faulty.text) == (422, True)
    path = own_file(tmp_path, [{"no": "1", "got": "10.00", "when": "2022-11-11 10:00:00"}])
    async with market.signed_in("south-main") as client:
        page = await client.get(south)
        header = {"x-csrf-token": csrf_in(page.text)}
        assert "Northern stall" not in page.text
        for target in (address, address.replace(north, south)):
            sent = await client.post(target, files={"file": ("a.csv", path.read_bytes())}, headers=header)
            assert sent.status_code == 404
        assert (await client.get(f"{north}/report")).status_code == 404
