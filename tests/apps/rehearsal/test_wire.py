"""Does a shopper ask again when the line breaks or the shop says later, and take a no for a no?"""

import asyncio
from contextlib import asynccontextmanager

import pytest

from peakday.apps.rehearsal import wire as wire_file
from peakday.apps.rehearsal.measures import Measures
from peakday.apps.rehearsal.wire import Question, Wire


@asynccontextmanager
async def a_shop(*answers):
    """A server that gives these answers in turn (None: hangs up), and the requests it saw."""
    left, seen = list(answers), []

    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(next((line.split(b":")[1] for line in head.lower().split(b"\r\n")
                                   if line.startswith(b"content-length")), b"0"))  # fmt: skip
                seen.append(head + await reader.readexactly(length))
                answer = left.pop(0)
                if answer is None:
                    break
                status, body = answer
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body))
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        wire = Wire("127.0.0.1", port, Measures())
        yield wire, seen
        wire.close()


ORDER = Question("checkout", "POST", "/v1/my/checkouts", "pkb1.x", {"key": "k1"})


async def test_the_same_words_are_sent_again_after_a_broken_line_and_after_later():
    async with a_shop(None, (503, b'{"code":"database_away"}'), (201, b'{"ok":true}')) as (wire, seen):
        answer = await wire.ask(ORDER)
    assert (answer.status, answer.json()) == (201, {"ok": True})
    assert len(set(seen)) == 1
    assert b'{"key":"k1"}' in seen[0]
    assert b"authorization: Bearer pkb1.x" in seen[0]
    assert dict(wire.measures.asked_again) == {"no answer": 1, "database_away": 1}
    assert wire.measures.refusals == {}


async def test_a_refusal_is_an_answer_and_counted_by_its_reason():
    async with a_shop((409, b'{"code":"price_changed"}')) as (wire, seen):
        answer = await wire.ask(ORDER)
    assert (answer.is_yes, answer.code, len(seen)) == (False, "price_changed", 1)
    assert wire.measures.refusals == {("checkout", "price_changed"): 1}


async def test_patience_ends(monkeypatch):
    monkeypatch.setattr(wire_file, "PATIENCE_SECONDS", 0.2)
    async with a_shop(*[(500, b"oops")] * 50) as (wire, _):
        answer = await wire.ask(ORDER)
    assert answer.status == 500
    assert wire.measures.given_up == {"checkout": 1}


async def test_where_nobody_listens_there_is_no_answer(monkeypatch):
    monkeypatch.setattr(wire_file, "PATIENCE_SECONDS", 0.1)
    wire = Wire("127.0.0.1", 9, Measures())
    assert (await wire.ask(ORDER)).status == 0


@pytest.mark.parametrize("body", [b"not json", b"[1]"])
async def test_a_refusal_without_a_reason_is_counted_by_its_number(body):
    async with a_shop((404, body)) as (wire, _):
        assert (await wire.ask(ORDER)).code == "404"
