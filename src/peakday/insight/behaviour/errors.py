"""How does collection say no to a whole request?

Invalid ── UnreadableBody   the body is not UTF-8 JSON of one of the three forms, or holds too many events
TooLarge ─ BodyTooLarge     more than BODY_BYTES_MAX bytes
"""

from peakday.insight.behaviour.model import BODY_BYTES_MAX
from peakday.kernel.refusal import Invalid, Problem, TooLarge
from peakday.kernel.text import Text


class UnreadableBody(Invalid):
    """No event could be read; nothing was stored."""

    code = "unreadable_body"
    message = Text("无法读取请求内容，未保存任何事件", "The body cannot be read; no event was stored")

    def __init__(self, code: str, message: Text, remedy: Text) -> None:
        super().__init__(Problem(field="body", code=code, message=message, remedy=remedy))


class BodyTooLarge(TooLarge):
    """The body has more bytes than a request may have; nothing was stored."""

    code = "body_too_large"

    def __init__(self) -> None:
        super().__init__(limit=f"{BODY_BYTES_MAX} bytes")
