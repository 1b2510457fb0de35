"""How does a room say an expected "no"?

A `Refusal` carries a stable code, a message in both languages, what kind of "no" it is, and data. It knows
trade, not HTTP: the edge turns `kind` into a status. A bug is an assert, never a refusal.

    Refusal
    ├── NotFound        what was asked for does not exist (or is not yours: the two look alike)
    ├── NotAllowed      the actor lacks a permission
    ├── NotSignedIn     nobody is signed in
    ├── Invalid         the input is wrong; `problems` name the fields
    ├── Conflict        the state or an idempotency key forbids it
    ├── TooLarge        the input is larger than a named limit
    ├── TooMany         a named limit is reached; `retry_after_seconds`
    └── Unavailable     a part of the house cannot answer now; nothing was done, ask again
"""

from dataclasses import asdict, dataclass

from peakday.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in the input: where it is, what is wrong, what to do."""

    field: str
    code: str
    message: Text
    remedy: Text
    row: int | None = None
    value: str | None = None


class Refusal(Exception):  # noqa: N818 - a refusal is not an error
    """An expected "no". Subclasses set `code` and `message`; `data` fills the message's fields."""

    code: str = "refused"
    message: Text = Text("请求被拒绝", "The request was refused")

    def __init__(self, **data: object) -> None:
        super().__init__(self.code, data)
        self.data = data

    def __str__(self) -> str:
        return f"{self.code}: {self.message.of('en', **self.data)}"


class NotFound(Refusal):
    """What was asked for does not exist, or belongs to somebody else."""

    code = "not_found"
    message = Text("没有找到", "Not found")


class NotAllowed(Refusal):
    """The actor lacks a permission."""

    code = "not_allowed"
    message = Text("没有权限:{permission}", "You lack the permission {permission}")


class NotSignedIn(Refusal):
    """Nobody is signed in."""

    code = "not_signed_in"
    message = Text("请先登录", "Please sign in")


class Invalid(Refusal):
    """The input is wrong; each problem names its field and remedy."""

    code = "invalid"
    message = Text("输入有误", "The input is not valid")

    def __init__(self, *problems: Problem, **data: object) -> None:
        super().__init__(**data)
        self.problems = problems

    def problem_rows(self) -> list[dict[str, object]]:
        """The problems as plain values."""
        return [asdict(problem) for problem in self.problems]


class Conflict(Refusal):
    """The state of things forbids it."""

    code = "conflict"
    message = Text("当前状态不允许此操作", "The current state does not allow this")


class TooMany(Refusal):
    """A named limit is reached."""

    code = "too_many"
    message = Text("请求过于频繁,请稍后再试", "Too many requests; try again later")

    def __init__(self, *, retry_after_seconds: int = 1, **data: object) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds, **data)
        self.retry_after_seconds = retry_after_seconds


class TooLarge(Refusal):
    """The input is larger than a named limit."""

    code = "too_large"
    message = Text("内容过大：上限 {limit}", "Too large: at most {limit}")


class Unavailable(Refusal):
    """A part of the house cannot answer now; nothing was done, and the same request may be sent again."""

    code = "unavailable"
    message = Text("暂时不可用，请稍后重试", "Not available at the moment; try again")
