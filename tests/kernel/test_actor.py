"""Who may do what, and does an outsider learn nothing?"""

from uuid import UUID

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind, require
from peakday.kernel.refusal import NotAllowed, NotFound

OURS, THEIRS = UUID(int=1), UUID(int=2)
clerk = Actor(ActorKind.MERCHANT, UUID(int=9), OURS, frozenset({"items:view"}))
owner = Actor(ActorKind.MERCHANT, UUID(int=8), OURS, frozenset({"*"}))
staff = Actor(ActorKind.STAFF, UUID(int=7), None, frozenset({"items:view"}))
buyer = Actor(ActorKind.BUYER, UUID(int=6), None, frozenset())


def test_a_clerk_does_what_the_role_allows_in_the_own_shop():
    require(clerk, "items:view", OURS)
    require(clerk, "items:view")


def test_a_missing_permission_is_refused_by_its_name():
    with pytest.raises(NotAllowed) as refusal:
        require(clerk, "items:edit", OURS)
    assert refusal.value.data == {"permission": "items:edit"}
    assert "items:edit" in str(refusal.value)


@pytest.mark.parametrize("outsider", [clerk, owner, buyer])
def test_another_shop_looks_like_no_shop_whatever_the_permissions(outsider):
    for permission in ("items:view", "items:edit"):
        with pytest.raises(NotFound) as refusal:
            require(outsider, permission, THEIRS)
        assert refusal.value.data == {}


def test_staff_enters_any_shop_with_its_own_permissions_only():
    require(staff, "items:view", THEIRS)
    with pytest.raises(NotAllowed):
        require(staff, "items:edit", THEIRS)


def test_the_owner_and_the_system_hold_every_permission():
    require(owner, "finance:edit", OURS)
    require(SYSTEM, "finance:edit", THEIRS)
