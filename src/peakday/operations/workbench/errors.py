"""What does the workbench refuse?

NotFound
└── TodoNotFound        no such to-do in this shop, or it cannot be done by hand
Invalid
├── BadDesk             an address, an hour or a channel cannot be used; the problems name the fields
└── BadBasket           the basket of the explainer has a line or a card that is not understood
"""

from peakday.kernel.refusal import Invalid, NotFound
from peakday.kernel.text import Text


class TodoNotFound(NotFound):
    """No such to-do."""

    code = "todo_not_found"
    message = Text("没有这项待办", "There is no such to-do")


class BadDesk(Invalid):
    """How an account wants to hear of things cannot be kept."""

    code = "bad_desk"
    message = Text("消息设置有误", "The message settings are not valid")


class BadBasket(Invalid):
    """The basket cannot be read."""

    code = "bad_basket"
    message = Text("购物车内容有误", "The basket is not valid")
