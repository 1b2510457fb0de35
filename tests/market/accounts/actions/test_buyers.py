"""How do guests, registered buyers and simulated shoppers come, come back and leave?"""

from datetime import timedelta
from uuid import UUID

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.market.accounts import api, buyer_identity
from peakday.market.accounts.actions.buyers import OWN_SOURCE
from peakday.market.accounts.errors import BadCredentials, LoginTaken, TooManySignIns
from peakday.market.accounts.model import NewBuyer, NewBuyerAccount, Shopper, SignInAttempt
from tests.market.people import ADDRESS, PASSWORD

SECRET = b"s" * 32
STAFF = Actor(ActorKind.STAFF, None, permissions=frozenset({"*"}))


async def _value(database, sql, *values):
    async with database.read() as connection:
        return await connection.fetchval(sql, *values)


async def guest_of(database, now):
    return await api.make_guest(database, SECRET, ADDRESS, now)


async def register(database, now, login="li.mei", guest=None, password=PASSWORD):
    actor = api.actor_of_pass(guest.buyer_pass) if guest else None
    return await api.register_buyer(database, SECRET, actor, NewBuyerAccount(login, "李梅", password), ADDRESS, now)


async def sign_in(database, now, login="li.mei", password=PASSWORD):
    return await api.sign_in_buyer(database, SECRET, SignInAttempt(login, password, ADDRESS), now)


async def find(database, token, now):
    return await api.find_pass(database, SECRET, token, now)


async def test_a_guest_is_a_buyer_with_a_pass_and_no_login(database, clock):
    guest = await guest_of(database, clock.now())
    shown = await find(database, guest.token, clock.now())
    assert shown == guest.buyer_pass
    assert (shown.is_guest, shown.expires_at) == (True, clock.now() + timedelta(days=30))
    assert await _value(database, "select source from accounts.buyer where buyer_id = $1", shown.buyer_id) == OWN_SOURCE
    assert await _value(database, "select count(*) from accounts.buyer_account") == 0


async def test_an_address_gets_600_guests_in_a_quarter_of_an_hour(database, clock, monkeypatch):
    monkeypatch.setattr("peakday.market.accounts.actions.buyers.GUESTS_AN_ADDRESS_MAX", 2)
    for _ in range(2):
        await guest_of(database, clock.now())
    with pytest.raises(TooManySignIns):
        await guest_of(database, clock.now())
    assert await _value(database, "select count(*) from accounts.buyer") == 2
    await guest_of(database, clock.now() + timedelta(minutes=15))


async def test_a_guest_who_registers_stays_the_same_buyer_and_every_older_pass_ends(database, clock):
    guest = await guest_of(database, clock.now())
    entered = await register(database, clock.now(), guest=guest)
    assert entered.buyer_pass.buyer_id == guest.buyer_pass.buyer_id
    assert entered.buyer_pass.is_guest is False
    assert await find(database, guest.token, clock.now()) is None
    assert await find(database, entered.token, clock.now()) == entered.buyer_pass
    hashed = await _value(database, "select password_hash from accounts.buyer_account where login = 'li.mei'")
    assert hashed.startswith("$argon2id$")


async def test_whoever_registers_without_a_pass_becomes_a_new_buyer(database, clock):
    entered = await register(database, clock.now())
    assert await _value(database, "select count(*) from accounts.buyer") == 1
    assert (await sign_in(database, clock.now())).buyer_pass.buyer_id == entered.buyer_pass.buyer_id


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [("x", PASSWORD, "login_form"), ("li.mei", "short", "password_short"),
     ("li.mei", "passwordpassword", "password_common"), ("li.mei", "li.mei1234567", "password_common")],
)  # fmt: skip
async def test_the_rules_for_logins_and_passwords_are_those_of_merchants(database, clock, login, password, code):
    with pytest.raises(Invalid) as refused:
        await register(database, clock.now(), login, password=password)
    assert code in {problem.code for problem in refused.value.problems}
    assert await _value(database, "select count(*) from accounts.buyer") == 0


async def test_a_login_is_one_buyers(database, clock):
    await register(database, clock.now())
    with pytest.raises(LoginTaken):
        await register(database, clock.now(), " LI.Mei ")
    assert await _value(database, "select count(*) from accounts.buyer") == 1


@pytest.mark.parametrize(
    ("login", "password"), [("li.mei", "wrong password 11"), ("nobody", PASSWORD), ("a\0b", PASSWORD), ("", "")]
)
async def test_a_wrong_login_and_a_wrong_password_look_alike(database, clock, login, password):
    await register(database, clock.now())
    with pytest.raises(BadCredentials):
        await sign_in(database, clock.now(), login, password)
    assert await _value(database, "select signed_in_at from accounts.buyer_account") is None


async def test_after_ten_attempts_even_the_right_password_waits(database, clock):
    await register(database, clock.now())
    for _ in range(10):
        with pytest.raises(BadCredentials):
            await sign_in(database, clock.now(), password="wrong password 11")
    with pytest.raises(TooManySignIns):
        await sign_in(database, clock.now())
    entered = await sign_in(database, clock.now() + timedelta(minutes=15))
    assert entered.account.login == "li.mei"
    actions = await _value(database, "select array_agg(action order by at, action) from accounts.audit_trail")
    assert actions == [*["buyer_registered"], *["buyer_sign_in_refused"] * 10, "buyer_signed_in"]


async def test_a_pass_ends_when_its_buyer_signs_out_and_another_of_theirs_does_not(database, clock):
    await register(database, clock.now())
    here, there = await sign_in(database, clock.now()), await sign_in(database, clock.now())
    await api.sign_out_buyer(database, SECRET, here.token, clock.now())
    assert await find(database, here.token, clock.now()) is None
    assert await find(database, there.token, clock.now()) == there.buyer_pass


async def test_another_process_learns_of_it_within_seconds(database, clock, monkeypatch):
    monkeypatch.setattr(buyer_identity, "REVOCATIONS_SECONDS", 0.0)
    entered = await register(database, clock.now())
    other = buyer_identity.RevokedPasses()
    await other.look(database)
    await api.sign_out_buyer(database, SECRET, entered.token, clock.now())
    assert other.covers(entered.buyer_pass) is False
    await other.look(database)
    assert other.covers(entered.buyer_pass) is True


async def test_a_banned_buyer_loses_every_pass_and_cannot_sign_in(database, clock):
    entered = await register(database, clock.now())
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await api.ban_buyer(tx, SYSTEM, entered.buyer_pass.buyer_id, clock.now())
    fresh = buyer_identity.RevokedPasses()
    await fresh.look(database)
    assert fresh.covers(entered.buyer_pass) is True
    with pytest.raises(BadCredentials):
        await sign_in(database, clock.now())


async def test_only_staff_bans_and_only_buyers_are_banned(database, clock):
    entered = await register(database, clock.now())
    async with database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await api.ban_buyer(tx, api.actor_of_pass(entered.buyer_pass), entered.buyer_pass.buyer_id, clock.now())
        with pytest.raises(NotFound):
            await api.ban_buyer(tx, STAFF, UUID(int=1), clock.now())
    assert await find(database, entered.token, clock.now()) is not None


async def test_simulated_shoppers_are_the_buyers_of_their_names(database, clock):
    now = clock.now()
    async with database.transaction() as tx:
        [known] = await api.ensure_buyers(tx, [NewBuyer("journey", "h1", now, {"age": "45-54"})])
        made = await api.make_shoppers(tx, STAFF, SECRET, [Shopper("journey", "h1"), Shopper("journey", "h2")], now)
        again = await api.make_shoppers(tx, STAFF, SECRET, [Shopper("journey", "h2")], now)
    assert made[0].buyer_pass.buyer_id == known
    assert again[0].buyer_pass.buyer_id == made[1].buyer_pass.buyer_id
    assert await _value(database, "select traits from accounts.buyer where buyer_id = $1", known) == {"age": "45-54"}
    shown = await find(database, made[1].token, now)
    assert (shown.is_simulated, shown.is_guest) == (True, False)
    assert api.actor_of_pass(shown).permissions == {"buy", "simulated"}


async def test_who_is_no_staff_makes_no_shoppers(database, clock):
    guest = await guest_of(database, clock.now())
    async with database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await api.make_shoppers(tx, api.actor_of_pass(guest.buyer_pass), SECRET, [Shopper("a", "b")], clock.now())
        with pytest.raises(Invalid):
            await api.make_shoppers(tx, STAFF, SECRET, [Shopper("a", "b\n")], clock.now())
    assert await _value(database, "select count(*) from accounts.buyer") == 1


@pytest.mark.parametrize("kind", [ActorKind.MERCHANT, ActorKind.STAFF, ActorKind.SYSTEM])
def test_who_is_no_buyer_does_not_buy(kind):
    with pytest.raises(NotAllowed):
        api.require_buyer(Actor(kind, None, permissions=frozenset({"*"})))
