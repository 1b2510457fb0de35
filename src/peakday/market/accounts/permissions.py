"""Who may do what?

A permission is `menu:view` or `menu:edit` for each menu of the workbench and for `staff` (sub-accounts, keys and the
audit trail). `data:view`, the view of the menu of figures, is the right to see any figure anywhere. A role is a ready
set of them; a scope of an API key stands for some of them, so that the same `require` guards both doors. The table is
ours; the menus and the five roles are Qianniu's.
"""

from collections.abc import Iterable
from typing import NamedTuple

from peakday.kernel.text import Text
from peakday.market.accounts.model import AccountKind, Role

DATA_VIEW = "data:view"
STAFF_VIEW = "staff:view"
STAFF_EDIT = "staff:edit"
ALL = "*"

MENUS: dict[str, Text] = {
    "home": Text("首页", "Home"),
    "items": Text("商品", "Items"),
    "trade": Text("交易", "Trade"),
    "shop": Text("店铺", "Shop"),
    "marketing": Text("营销", "Marketing"),
    "promotion": Text("推广", "Promotion"),
    "data": Text("数据", "Data"),
    "content": Text("内容", "Content"),
    "logistics": Text("物流", "Logistics"),
    "finance": Text("财务", "Finance"),
    "users": Text("用户", "Users"),
    "service": Text("服务", "Service"),
    "rules": Text("规则", "Rules"),
    "staff": Text("子账号与密钥", "Staff and keys"),
}
LEVELS: dict[str, Text] = {"view": Text("查看", "View"), "edit": Text("编辑", "Edit")}
PERMISSIONS = frozenset(f"{menu}:{level}" for menu in MENUS for level in LEVELS)

ROLE_NAMES: dict[Role, Text] = {
    Role.MAIN: Text("主账号", "Main account"),
    Role.PLATFORM: Text("平台小二", "Platform staff"),
    Role.CUSTOMER_SERVICE: Text("客服", "Customer service"),
    Role.DESIGNER: Text("美工", "Designer"),
    Role.SHIPPING: Text("发货", "Shipping"),
    Role.OPERATIONS: Text("运营", "Operations"),
    Role.FINANCE: Text("财务", "Finance"),
    Role.CUSTOM: Text("自定义", "Custom"),
}
SUB_ROLES = (Role.CUSTOMER_SERVICE, Role.DESIGNER, Role.SHIPPING, Role.OPERATIONS, Role.FINANCE, Role.CUSTOM)


def _set(*lines: str) -> frozenset[str]:
    """`home:view trade:edit` lines to a set; an edit implies the view of its menu."""
    return complete(word for line in lines for word in line.split())


def complete(permissions: Iterable[str]) -> frozenset[str]:
    """The set with the view that each edit implies; who edits a menu may see it."""
    wanted = frozenset(permissions)
    return wanted | {f"{name.partition(':')[0]}:view" for name in wanted if name.endswith(":edit")}


# operations and finance work with figures; the others see them only when the main account adds data:view
ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.CUSTOMER_SERVICE: _set("home:view items:view trade:view logistics:view users:view", "service:edit rules:view"),
    Role.DESIGNER: _set("home:view items:edit shop:edit content:edit marketing:view rules:view"),
    Role.SHIPPING: _set("home:view items:view trade:view logistics:edit rules:view"),
    Role.OPERATIONS: _set(
        "home:view items:edit trade:edit shop:edit marketing:edit promotion:edit data:edit content:edit",
        "logistics:view users:edit service:view rules:view", DATA_VIEW,
    ),
    Role.FINANCE: _set("home:view trade:view finance:edit promotion:view rules:view", DATA_VIEW),
}  # fmt: skip


class Scope(NamedTuple):
    """What a scope of an API key allows, in words and in permissions."""

    title: Text
    permissions: frozenset[str]


SCOPES: dict[str, Scope] = {
    "events:write": Scope(Text("上报行为事件", "Send behaviour events"), frozenset({"events:write"})),
    "shop:read": Scope(Text("读取店铺资料", "Read the shop profile"), _set("shop:view")),
    "shop:write": Scope(Text("修改店铺资料", "Change the shop profile"), _set("shop:edit")),
    "catalog:read": Scope(Text("读取商品", "Read the catalogue"), _set("items:view")),
    "catalog:write": Scope(Text("新增和修改商品", "Write the catalogue"), _set("items:edit")),
    "orders:read": Scope(
        Text("读取订单(金额另需 metrics:read)", "Read orders (amounts also need metrics:read)"), _set("trade:view")
    ),
    "orders:write": Scope(Text("导入订单", "Import orders"), _set("trade:edit")),
    "marketing:read": Scope(
        Text("读取价格与营销活动(成交另需 metrics:read)", "Read prices and promotions (sales also need metrics:read)"),
        _set("marketing:view"),
    ),
    "marketing:write": Scope(Text("设置价格与营销活动", "Set prices and promotions"), _set("marketing:edit")),
    "finance:read": Scope(
        Text(
            "读取资金账户与流水(另需 metrics:read)", "Read the shop's money and its statement (also needs metrics:read)"
        ),
        _set("finance:view"),
    ),
    "metrics:read": Scope(Text("读取数据指标", "Read figures"), _set("home:view", DATA_VIEW)),
}
# whoever may edit items may let a program report what happens around them; people have no such menu
SCOPE_NEEDS: dict[str, frozenset[str]] = {
    name: _set("items:edit") if name == "events:write" else scope.permissions for name, scope in SCOPES.items()
}


def permissions_of(role: Role, chosen: Iterable[str]) -> frozenset[str]:
    """What a sub-account holds: its role's set, or `chosen` for a custom role; `data:view` may be added to any role.

    `staff:edit` alone never comes with a role: only who holds it may give it (see `excess`).
    """
    wanted = complete(chosen)
    if role is Role.CUSTOM:
        return wanted
    return ROLE_PERMISSIONS[role] | (wanted & {DATA_VIEW})


def held_by(kind: AccountKind, is_main: bool, permissions: Iterable[str]) -> frozenset[str]:
    """What an account holds: everything as a main account or the platform's staff, else its own set."""
    return frozenset({ALL}) if is_main or kind is AccountKind.STAFF else frozenset(permissions)


def excess(held: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """What `wanted` asks beyond `held`, sorted; nothing when `held` has `*`."""
    own = frozenset(held)
    return [] if ALL in own else sorted(frozenset(wanted) - own)


def unknown(permissions: Iterable[str]) -> list[str]:
    """The names that the table does not know, sorted."""
    return sorted(frozenset(permissions) - PERMISSIONS)


def scope_permissions(scopes: Iterable[str]) -> frozenset[str]:
    """The permissions that a key with these scopes holds."""
    return frozenset().union(*(SCOPES[name].permissions for name in scopes if name in SCOPES))


def key_permissions(scopes: Iterable[str], maker: Iterable[str] | None) -> frozenset[str]:
    """What a key may do now: the scopes that its maker could still grant; `maker` None means the system made it.

    A key never outlives the rights of the person who made it: withdraw `data:view` and the key loses its figures.
    """
    return scope_permissions(name for name in scopes if maker is None or not excess(maker, SCOPE_NEEDS.get(name, ())))
