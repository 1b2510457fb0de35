"""How do to-dos, messages and explanations look as JSON? Money is minor units; texts come in two languages."""

from datetime import date, datetime

from pydantic import BaseModel

from peakday.kernel.ids import show_id
from peakday.kernel.messages import StoredMessage
from peakday.kernel.money import Money
from peakday.kernel.text import Text
from peakday.operations.workbench.api import Explanation
from peakday.operations.workbench.model import MESSAGE_PREFIX, Todo
from peakday.operations.workbench.rules.basket_link import CARD_PREFIX
from peakday.operations.workbench.rules.todo_order import weight
from peakday.trade.promotions.model import Id


class TextBody(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class MoneyBody(BaseModel):
    """An amount."""

    minor: int
    currency: str


class TodoBody(BaseModel):
    """Open work; without the right to see figures `count`, `at_risk` and `weight` are null."""

    key: str
    kind: str
    title: TextBody
    path: str
    count: int | None
    at_risk: MoneyBody | None
    deadline: datetime | None
    is_late: bool
    is_pushed: bool
    snoozed_until: datetime | None
    weight: float | None


class TodosBody(BaseModel):
    """What waits, heaviest first, and what was put off."""

    items: list[TodoBody]
    snoozed: list[TodoBody]
    is_new_merchant: bool


class MessageBody(BaseModel):
    """A message; without the right to see figures its body is empty and the money null."""

    message_id: str
    topic: str
    status: str
    needs_answer: bool
    subject: TextBody
    body: TextBody
    link: str
    at_risk: MoneyBody | None
    deadline: datetime | None
    sent_at: datetime
    answered_at: datetime | None


class MessagesBody(BaseModel):
    """A page of messages."""

    items: list[MessageBody]
    next_cursor: str | None


class ShareBody(BaseModel):
    """What one funder gives to a line by one instrument."""

    instrument_id: str
    name: TextBody | None
    level: str
    funder: str
    minor: int


class LineBody(BaseModel):
    """One line: list = shares + deposit + payable."""

    sku_id: str
    title: str
    quantity: int
    list_minor: int
    item_minor: int
    payable_minor: int
    shares: list[ShareBody]


class StepBody(BaseModel):
    """One act of the calculation, in its turn."""

    instrument_ids: list[str]
    level: str
    counted: int
    counts: str
    threshold: int | None
    times: int
    given_minor: int
    sentence: TextBody


class WhyNotBody(BaseModel):
    """An instrument that gave nothing, and why."""

    instrument_id: str
    sentence: TextBody
    alone_minor: int


class NextTierBody(BaseModel):
    """What is missing to an instrument's next tier: minor units or pieces."""

    instrument_id: str
    missing: int
    counts: str


class AdditionBody(BaseModel):
    """The piece of the shop's goods that reaches a further tier for least; a negative extra: it costs less with it."""

    sku_id: str
    value_minor: int
    extra_minor: int
    reached: list[str]


class SplitBody(BaseModel):
    """Several orders that cost less than one: their lines, and what is saved."""

    orders: list[list[str]]
    saved_minor: int


class RuleBody(BaseModel):
    """The dated rules by which the basket was priced."""

    name: str
    version: str
    effective_from: date
    effective_to: date | None
    source: str


class ExplanationBody(BaseModel):
    """A basket's price and all that leads to it."""

    currency: str
    at: datetime
    list_minor: int
    discount_minor: int
    payable_minor: int
    rule: RuleBody
    lines: list[LineBody]
    steps: list[StepBody]
    unused: list[WhyNotBody]
    next_tiers: list[NextTierBody]
    addition: AdditionBody | None
    split: SplitBody | None


def todo_body(todo: Todo, now: datetime) -> TodoBody:
    """A to-do as JSON; one without any figure has no weight either."""
    has_figures = todo.count is not None or todo.at_risk is not None
    return TodoBody(
        key=todo.key, kind=todo.kind, title=_text(todo.title), path=todo.path, count=todo.count,
        at_risk=_money(todo.at_risk), deadline=todo.deadline, is_late=todo.is_late(now), is_pushed=todo.is_pushed,
        snoozed_until=todo.snoozed_until, weight=float(weight(todo, now)) if has_figures else None,
    )  # fmt: skip


def message_body(stored: StoredMessage) -> MessageBody:
    """A message as JSON."""
    message = stored.message
    return MessageBody(
        message_id=show_id(MESSAGE_PREFIX, stored.message_id), topic=message.topic, status=stored.status.value,
        needs_answer=message.needs_answer, subject=_text(message.subject), body=_text(message.body),
        link=message.link, at_risk=_money(message.money_at_risk), deadline=message.deadline, sent_at=stored.sent_at,
        answered_at=stored.answered_at,
    )  # fmt: skip


def explanation_body(one: Explanation) -> ExplanationBody:
    """An explanation as JSON."""
    cart, names = one.priced.priced, one.priced.names
    lines = [
        LineBody(
            sku_id=line.line_id, title=one.priced.titles[line.line_id], quantity=line.quantity,
            list_minor=line.list_minor, item_minor=line.item_minor, payable_minor=line.payable_minor,
            shares=[
                ShareBody(
                    instrument_id=_shown(share.instrument_id), level=share.level.name.lower(),
                    name=_text(names[share.instrument_id]) if share.instrument_id in names else None,
                    funder=share.funder.value, minor=share.minor,
                )
                for share in line.shares
            ],
        )
        for line in cart.lines
    ]  # fmt: skip
    rule = one.rule
    return ExplanationBody(
        currency=cart.currency, at=one.at, list_minor=cart.list_minor, discount_minor=cart.discount_minor,
        payable_minor=cart.payable_minor, lines=lines, steps=_steps(one),
        unused=[
            WhyNotBody(instrument_id=_shown(each.instrument_id), sentence=_text(each.sentence),
                       alone_minor=each.alone_minor) for each in one.why_not
        ],
        next_tiers=[
            NextTierBody(instrument_id=_shown(each.instrument_id), missing=each.missing, counts=each.counts.value)
            for each in one.next_tiers
        ],
        addition=_addition(one), split=_split(one),
        rule=RuleBody(name=rule.name, version=rule.version, effective_from=rule.effective_from,
                      effective_to=rule.effective_to, source=rule.source),
    )  # fmt: skip


def _addition(one: Explanation) -> AdditionBody | None:
    if one.addition is None:
        return None
    return AdditionBody(
        sku_id=one.addition.line.line_id, value_minor=one.addition.value_minor, extra_minor=one.addition.extra_minor,
        reached=[_shown(identity) for identity in one.addition.reached],
    )  # fmt: skip


def _split(one: Explanation) -> SplitBody | None:
    if one.split is None:
        return None
    orders = [[line.line_id for line in order.cart.lines] for order in one.split.orders]
    return SplitBody(orders=orders, saved_minor=one.split.saved_minor)


def _steps(one: Explanation) -> list[StepBody]:
    return [
        StepBody(
            instrument_ids=[_shown(identity) for identity in step.instrument_ids], level=step.level.name.lower(),
            counted=step.counted, counts=step.counts.value, threshold=step.tier.at if step.tier else None,
            times=step.times, given_minor=step.given_minor, sentence=_text(said),
        )
        for step, said in zip(one.priced.priced.steps, one.steps, strict=True)
    ]  # fmt: skip


def _shown(identity: Id) -> str:
    return identity if isinstance(identity, str) else show_id(CARD_PREFIX, identity)


def _text(text: Text) -> TextBody:
    return TextBody(zh=text.zh, en=text.en)


def _money(money: Money | None) -> MoneyBody | None:
    return None if money is None else MoneyBody(minor=money.minor, currency=money.currency)
