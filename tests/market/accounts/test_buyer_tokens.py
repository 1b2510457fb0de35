"""Can a buyer's token be read only as it was made, by whoever has the secret, until it expires?"""

import stat
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.settings import read_settings
from peakday.market.accounts.buyer_tokens import buyer_secret, make_buyer_token, read_buyer_token
from peakday.market.accounts.model import BuyerId, BuyerPass

SECRET = b"s" * 32
NOW = datetime(2026, 11, 11, 12, 0, 0, 123456, tzinfo=UTC)
BUYER = BuyerId(UUID("0192f0c1-2d3e-7a4b-8c5d-6e7f80910203"))


def a_pass(**changes) -> BuyerPass:
    values = {"buyer_id": BUYER, "is_guest": False, "is_simulated": False, "expires_at": NOW + timedelta(days=1)}
    return BuyerPass(**{**values, "issued_at": NOW, "mark": b"123456", **changes})


@given(
    buyer=st.uuids(), is_guest=st.booleans(), is_simulated=st.booleans(),
    issued=st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the bounds must be naive
    mark=st.binary(min_size=6, max_size=6),
)  # fmt: skip
def test_what_is_read_is_what_was_made(buyer, is_guest, is_simulated, issued, mark):
    wanted = BuyerPass(BuyerId(buyer), is_guest, is_simulated, issued + timedelta(hours=1), issued, mark)
    assert read_buyer_token(SECRET, make_buyer_token(SECRET, wanted), issued) == wanted


def test_a_token_begins_with_its_mark_and_is_always_100_characters():
    token = make_buyer_token(SECRET, a_pass())
    assert (token[:5], len(token)) == ("pkb1.", 100)


def test_two_tokens_of_one_buyer_differ_so_that_one_can_be_revoked():
    wanted = a_pass(mark=b"")
    first, second = (read_buyer_token(SECRET, make_buyer_token(SECRET, wanted), NOW) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.mark != second.mark
    assert len(first.mark) == 6


def test_it_holds_until_the_microsecond_before_it_expires():
    token = make_buyer_token(SECRET, a_pass())
    end = NOW + timedelta(days=1)
    assert read_buyer_token(SECRET, token, end - timedelta(microseconds=1)) is not None
    assert read_buyer_token(SECRET, token, end) is None


@given(place=st.integers(5, 98), letter=st.sampled_from("ABCxyz019-_"))
def test_a_changed_letter_makes_it_nobodys(place, letter):
    token = make_buyer_token(SECRET, a_pass())
    forged = token[:place] + letter + token[place + 1 :]
    assert (read_buyer_token(SECRET, forged, NOW) is not None) == (forged == token)


@pytest.mark.parametrize(
    "token",
    ["", "pkb1.", "pkb1." + "A" * 95, "pkb2." + "A" * 95, "pkb1." + "é" * 95, "pkb1." + "=" * 95, "pkb1." + "A" * 9999,
     "pkd_" + "a" * 43, "pkb1." + "\ud800" * 95],
)  # fmt: skip
def test_what_we_did_not_make_is_nobodys(token):
    assert read_buyer_token(SECRET, token, NOW) is None


def test_a_token_of_another_secret_is_nobodys():
    assert read_buyer_token(b"t" * 32, make_buyer_token(SECRET, a_pass()), NOW) is None


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path / "house")})
    secret = buyer_secret(settings)
    assert len(secret) == 32
    assert buyer_secret(read_settings({"PEAKDAY_HOME": str(tmp_path / "house")})) == secret
    assert stat.S_IMODE((tmp_path / "house" / "buyer.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "house").iterdir()] == ["buyer.key"]


def test_a_given_secret_needs_no_file_and_is_not_used_as_it_is(tmp_path):
    secret = buyer_secret(read_settings({"PEAKDAY_HOME": str(tmp_path), "PEAKDAY_SECRET": "given"}))
    assert (len(secret), b"given" in secret) == (32, False)
    assert list(tmp_path.iterdir()) == []
