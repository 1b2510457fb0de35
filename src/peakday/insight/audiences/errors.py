"""What does the room `audiences` refuse?

Invalid
└── (problems name the node of the expression: `expression.and[1].did.days`)
Conflict
├── CrowdNameTaken   another crowd of the shop has this name
├── CrowdTooSmall    fewer people than a use needs
├── CrowdInUse       another crowd's expression names it
├── CrowdLoop        a crowd would contain itself
├── TooManyCrowds    as many as a shop may keep
├── TooFewToLearn    a model needs more people on each side
├── TooManyToLearn   more people than one model takes
└── ModelNotHere     the extra `science` is not installed
NotFound
└── CrowdNotFound
"""

from peakday.kernel.refusal import Conflict, NotFound
from peakday.kernel.text import Text


class CrowdNameTaken(Conflict):
    """Another crowd of the shop has this name."""

    code = "crowd_name_taken"
    message = Text("已有同名人群“{name}”", "There is a crowd named “{name}” already")


class CrowdTooSmall(Conflict):
    """Fewer people than a use needs: a person in a small crowd could be told apart."""

    code = "crowd_too_small"
    message = Text("人群不足 {least} 人,不能使用", "A crowd of fewer than {least} people cannot be used")


class CrowdInUse(Conflict):
    """Another crowd's expression names it."""

    code = "crowd_in_use"
    message = Text("人群“{name}”引用了它,不能删除", "The crowd “{name}” is made of it: it cannot be removed")


class CrowdLoop(Conflict):
    """A crowd would contain itself."""

    code = "crowd_loop"
    message = Text("人群引用过深或互相引用", "Crowds refer to each other in a circle or too deeply")


class TooManyCrowds(Conflict):
    """As many crowds as a shop may keep."""

    code = "too_many_crowds"
    message = Text("每店最多保存 {limit} 个人群", "A shop keeps {limit} crowds at most")


class TooFewToLearn(Conflict):
    """A model needs more people on each side."""

    code = "too_few_to_learn"
    message = Text("样本不足:两侧至少各 {least} 人", "Too few to learn from: at least {least} people on each side")


class TooManyToLearn(Conflict):
    """More people than one model takes."""

    code = "too_many_to_learn"
    message = Text("人数超过模型上限 {limit}", "More people than a model takes ({limit})")


class ModelNotHere(Conflict):
    """The extra `science` is not installed."""

    code = "model_not_here"
    message = Text("本安装未包含模型组件 (science)", "This installation lacks the models (the extra science)")


class CrowdNotFound(NotFound):
    """No such crowd in this shop."""

    code = "crowd_not_found"
    message = Text("没有这个人群", "There is no such crowd")
