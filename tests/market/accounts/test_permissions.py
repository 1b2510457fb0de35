"""What do roles and scopes allow, and does a grant stay within what the giver holds?"""

import pytest

from peakday.market.accounts.model import AccountKind, Role
from peakday.market.accounts.permissions import (
    MENUS,
    PERMISSIONS,
    ROLE_PERMISSIONS,
    SCOPE_NEEDS,
    SCOPES,
    SUB_ROLES,
    complete,
    excess,
    held_by,
    key_permissions,
    permissions_of,
    unknown,
)


def test_each_menu_has_a_view_and_an_edit():
    assert len(PERMISSIONS) == 2 * len(MENUS) == 28


def test_every_role_holds_only_permissions_of_the_table_and_the_views_of_what_it_edits():
    assert set(ROLE_PERMISSIONS) == set(SUB_ROLES) - {Role.CUSTOM}
    for role, held in ROLE_PERMISSIONS.items():
        assert unknown(held) == [], role
        assert complete(held) == held, role


@pytest.mark.capability("QN-08")
@pytest.mark.parametrize("role", [Role.CUSTOMER_SERVICE, Role.DESIGNER, Role.SHIPPING])
def test_service_design_and_shipping_see_no_figures_until_the_main_account_adds_them(role):
    assert "data:view" not in permissions_of(role, {"items:edit"})
    assert permissions_of(role, {"data:view"}) == ROLE_PERMISSIONS[role] | {"data:view"}


def test_no_role_may_manage_staff():
    assert not [role for role, held in ROLE_PERMISSIONS.items() if held & {"staff:view", "staff:edit"}]


def test_a_custom_role_holds_what_was_chosen_and_an_edit_brings_its_view():
    assert permissions_of(Role.CUSTOM, {"items:edit", "trade:view"}) == {"items:edit", "items:view", "trade:view"}


def test_what_is_asked_beyond_the_own_rights_is_named():
    assert excess({"items:view"}, {"items:view", "data:view"}) == ["data:view"]
    assert excess({"*"}, {"data:view", "*"}) == []
    assert excess({"items:view"}, {"*"}) == ["*"]


def test_a_main_account_and_platform_staff_hold_everything():
    assert held_by(AccountKind.MERCHANT, True, ()) == {"*"}
    assert held_by(AccountKind.STAFF, False, ()) == {"*"}
    assert held_by(AccountKind.MERCHANT, False, {"items:view"}) == {"items:view"}


def test_a_key_never_holds_everything_or_the_staff():
    for name in SCOPES:
        assert not key_permissions([name], {"*"}) & {"*", "staff:view", "staff:edit"}


def test_a_key_may_what_its_scopes_say_while_its_maker_could_grant_them():
    assert key_permissions(["metrics:read", "catalog:read"], None) == {"data:view", "home:view", "items:view"}
    assert key_permissions(["metrics:read", "catalog:read"], {"items:view"}) == {"items:view"}
    assert key_permissions(["events:write"], {"items:view", "items:edit"}) == {"events:write"}
    assert key_permissions(["events:write"], {"items:view"}) == frozenset()
    assert set(SCOPE_NEEDS) == set(SCOPES)


def test_a_scope_that_is_gone_from_the_table_allows_nothing():
    assert key_permissions(["everything:write"], {"*"}) == frozenset()
