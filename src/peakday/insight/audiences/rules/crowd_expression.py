"""What does a crowd's expression say, and which of its nodes is wrong?

    {"and": [
        {"did": "cart", "times": 2, "days": 7},
        {"not": {"did": "buy", "days": 7}},
        {"or": [{"tag": "member"}, {"sequence": ["pv", "fav"], "days": 30}, {"crowd": "crd_…"}]}
    ]}

The text form of the tree is JSON. A fault names its node by its path: `expression.and[1].not.did`. `not` is the
complement within the universe: all people whom the shop knows and who did not withdraw their consent.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from peakday.insight.audiences.model import (
    ACTS,
    AllOf,
    AnyOf,
    Did,
    DidInOrder,
    HasTag,
    InCrowd,
    Leaf,
    Node,
    NotOf,
)
from peakday.kernel.ids import read_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text

NODES_MAX = 60
DEPTH_MAX = 8
DAYS_MAX = 400
TIMES_MAX = 100
STEPS_MAX = 5
CROWD_PREFIX, ITEM_PREFIX = "crd", "itm"
_KINDS = ("and", "or", "not", "tag", "did", "sequence", "crowd")
_FIELDS = {
    "and": set[str](), "or": set[str](), "not": set[str](), "tag": set[str](), "crowd": set[str](),
    "did": {"times", "days", "item"}, "sequence": {"days"},
}  # fmt: skip


def read_expression(text: str, tags: Collection[str]) -> Node:
    """The tree that a JSON text says; refuses with Invalid, naming the node."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _fault("expression", "not_json", Text("不是有效的 JSON", "This is not JSON"), text[:80]) from None
    return parse_expression(value, tags)


def parse_expression(value: object, tags: Collection[str]) -> Node:
    """The tree that a JSON value says. `tags` are the names that exist. Refuses with Invalid, naming the node."""
    left = [NODES_MAX]
    return _node(value, "expression", _Reading(tags, left, 1))


def leaves_of(node: Node) -> Iterator[Leaf]:
    """Every condition of a tree, in reading order; the same one may come twice."""
    if isinstance(node, AllOf | AnyOf):
        for one in node.nodes:
            yield from leaves_of(one)
    elif isinstance(node, NotOf):
        yield from leaves_of(node.node)
    else:
        yield node


class _Reading:
    """How much may still be read, and which names exist."""

    def __init__(self, tags: Collection[str], left: list[int], depth: int) -> None:
        self.tags, self.left, self.depth = tags, left, depth

    def deeper(self) -> "_Reading":
        return _Reading(self.tags, self.left, self.depth + 1)


def _node(value: object, path: str, reading: _Reading) -> Node:
    reading.left[0] -= 1
    if reading.left[0] < 0 or reading.depth > DEPTH_MAX:
        limits = Text(f"最多 {NODES_MAX} 个节点、{DEPTH_MAX} 层", f"At most {NODES_MAX} nodes and {DEPTH_MAX} levels")
        raise _fault(path, "too_deep", limits)
    if not isinstance(value, Mapping):
        raise _fault(path, "not_a_node", Text("节点应为对象", "A node is an object"), value)
    kinds = [kind for kind in _KINDS if kind in value]
    if len(kinds) != 1:
        listed = ", ".join(_KINDS)
        raise _fault(path, "node_kind", Text(f"节点须恰有一种:{listed}", f"A node has exactly one of: {listed}"), value)
    kind = kinds[0]
    unknown = sorted(str(key) for key in value.keys() - {kind} - _FIELDS[kind])
    if unknown:
        raise _fault(f"{path}.{unknown[0]}", "unknown_field", Text("不认识的字段", "Unknown field"), unknown[0])
    return _READERS[kind](value, f"{path}.{kind}" if kind in {"and", "or", "not"} else path, reading)


def _group(value: Mapping[str, Any], path: str, reading: _Reading) -> Node:
    is_all = "and" in value
    nodes = value["and"] if is_all else value["or"]
    if not isinstance(nodes, list) or not nodes:
        raise _fault(path, "no_nodes", Text("至少需要一个条件", "It needs at least one condition"), nodes)
    read = tuple(_node(one, f"{path}[{at}]", reading.deeper()) for at, one in enumerate(nodes))
    return AllOf(read) if is_all else AnyOf(read)


def _not(value: Mapping[str, Any], path: str, reading: _Reading) -> Node:
    return NotOf(_node(value["not"], path, reading.deeper()))


def _tag(value: Mapping[str, Any], path: str, reading: _Reading) -> Node:
    name = value["tag"]
    if not isinstance(name, str) or name not in reading.tags:
        raise _fault(f"{path}.tag", "unknown_tag", Text("没有这个标签", "There is no such tag"), name)
    return HasTag(name)


def _did(value: Mapping[str, Any], path: str, _: _Reading) -> Node:
    item = value.get("item")
    return Did(
        _act(value["did"], f"{path}.did"),
        _whole(value.get("times", 1), f"{path}.times", TIMES_MAX),
        _whole(value.get("days"), f"{path}.days", DAYS_MAX),
        None if item is None else _id(ITEM_PREFIX, item, f"{path}.item"),
    )


def _sequence(value: Mapping[str, Any], path: str, _: _Reading) -> Node:
    steps = value["sequence"]
    if not isinstance(steps, list) or not 2 <= len(steps) <= STEPS_MAX:
        said = Text(f"序列需要 2 到 {STEPS_MAX} 步", f"A sequence has 2 to {STEPS_MAX} steps")
        raise _fault(f"{path}.sequence", "sequence_length", said, steps)
    acts = tuple(_act(one, f"{path}.sequence[{at}]") for at, one in enumerate(steps))
    return DidInOrder(acts, _whole(value.get("days"), f"{path}.days", DAYS_MAX))


def _crowd(value: Mapping[str, Any], path: str, _: _Reading) -> Node:
    return InCrowd(_id(CROWD_PREFIX, value["crowd"], f"{path}.crowd"))


_READERS: dict[str, Callable[[Mapping[str, Any], str, _Reading], Node]] = {
    "and": _group, "or": _group, "not": _not, "tag": _tag, "did": _did, "sequence": _sequence, "crowd": _crowd,
}  # fmt: skip


def _act(value: object, path: str) -> str:
    if value not in ACTS:
        listed = ", ".join(ACTS)
        raise _fault(path, "unknown_act", Text(f"行为须为:{listed}", f"An act is one of: {listed}"), value)
    return str(value)


def _whole(value: object, path: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise _fault(path, "out_of_range", Text(f"须为 1 到 {most} 的整数", f"A whole number from 1 to {most}"), value)
    return value


def _id(prefix: str, value: object, path: str) -> Any:
    try:
        return read_id(prefix, str(value))
    except ValueError:
        raise _fault(path, "bad_id", Text(f"须为 {prefix}_ 编号", f"An id that begins with {prefix}_"), value) from None


def _fault(path: str, code: str, message: Text, value: object = None) -> Invalid:
    remedy = Text("请修改这个节点", "Change this node")
    return Invalid(Problem(path, code, message, remedy, value=None if value is None else str(value)[:80]))
