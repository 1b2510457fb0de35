"""Does a merchant connect channels, send their files and make the daily report in one click, in both languages?"""

import re
from email import message_from_bytes
from email.policy import default
from io import BytesIO

import pytest
from pypdf import PdfReader

from peakday.insight.channels import jobs
from peakday.kernel.jobs import run_due_jobs
from tests.insight.channels.channel_files import SHOPIFY_ORDERS, amazon_file, own_file, shopify_file


def csrf_in(text: str) -> str:
    return re.search(r'name="csrf-token" content="([^"]+)"', text).group(1)


@pytest.mark.capability("LY-06", page="/shop/{shop_id}/data/channels")
@pytest.mark.capability("LY-07", page="/shop/{shop_id}/data/channels/report")
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
        assert 'hx-get="' in (await client.get(f"{base}?part=files")).text
        assert await run_due_jobs(market.house, jobs.JOB_KINDS) == 2
        assert 'hx-get="' not in (await client.get(f"{base}?part=files")).text

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

        book = await client.get(f"{base}/report.xlsx?day=2022-11-11")
        assert (book.status_code, book.content[:2]) == (200, b"PK")
        printed = await client.get(f"{base}/report.pdf?day=2022-11-11")
        assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
        assert "¥1,100.33" in PdfReader(BytesIO(printed.content)).pages[0].extract_text()

        wrong = shopify_file(tmp_path, [{**SHOPIFY_ORDERS[2], "Subtotal": "30.00", "Total": "30.00"}])
        sent = await client.post(files[0], files={"file": ("again.csv", wrong.read_bytes())}, headers=header)
        assert (sent.status_code, await run_due_jobs(market.house, jobs.JOB_KINDS)) == (303, 1)
        told = (await client.get(f"{base}?part=files")).text
        assert re.search(r"again\.csv</th>.*orders_export\.csv.*</td>", told)
        assert not list((market.house.settings.home / "channels").rglob("*.*"))


async def test_the_report_is_sent_once_and_a_simulated_mail_says_so(market, tmp_path):
    base = f"/shop/{market.places['north'].shown}/data/channels"
    async with market.signed_in("north-main") as client:
        token = {"csrf_token": csrf_in((await client.get(base)).text)}
        own = {"name": "Stall", "calibre": "own", "mapping": "order=no\npaid=got\nordered_at=when", **token}
        assert (await client.post(base, data=own)).status_code == 303
        address = re.search(r'action="([^"]+/files)"', (await client.get(base)).text).group(1)
        path = own_file(tmp_path, [{"no": "1", "got": "10.00", "when": "2022-11-11 10:00:00"}])
        header = {"x-csrf-token": token["csrf_token"]}
        await client.post(address, files={"file": ("a.csv", path.read_bytes())}, headers=header)
        await run_due_jobs(market.house, jobs.JOB_KINDS)

        for address in ("nobody", "http://x", "a@b.cn,c@d.cn"):
            bad = await client.post(f"{base}/report/recipients", data={"way": "mail", "address": address, **token})
            assert bad.status_code == 422
        wanted = {"way": "mail", "address": "boss@example.org", "hour": "7", "language": "en", **token}
        for _ in range(2):
            assert (await client.post(f"{base}/report/recipients", data=wanted)).status_code == 303
        page = (await client.get(f"{base}/report")).text
        (send,) = re.findall(r'action="([^"]+/sendings)"', page)
        for _ in range(2):
            assert (await client.post(send, data={"day": "2022-11-11", **token})).status_code == 303
        assert await run_due_jobs(market.house, jobs.JOB_KINDS) == 1

        (mail,) = market.house.settings.mail_dir.glob("*.eml")
        text = message_from_bytes(mail.read_bytes(), policy=default)
        assert "simulated" in text["subject"]
        assert "1 orders, CN¥10.00 net" in text.get_body(("plain",)).get_content()
        (report,) = text.iter_attachments()
        assert (report.get_content_type(), report.get_filename()) == ("application/pdf", "report-2022-11-11.pdf")
        assert "1 orders, CN¥10.00 net" in PdfReader(BytesIO(report.get_content())).pages[0].extract_text()
        assert "simulated: a file, not sent" in (await client.get(f"{base}/report?lang=en")).text
        hook = await client.post(
            f"{base}/report/recipients", data={"way": "webhook", "address": "https://127.0.0.1/x", **token}
        )
        assert (hook.status_code, "shown once" in hook.text) == (200, True)
        sends = re.findall(r'action="([^"]+/sendings)"', (await client.get(f"{base}/report")).text)
        for address in sends:
            await client.post(address, data={"day": "2022-11-11", **token})
        await run_due_jobs(market.house, jobs.JOB_KINDS)
        assert "is not a public address" in (await client.get(f"{base}/report")).text


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
