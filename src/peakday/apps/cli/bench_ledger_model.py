"""What should the books say after these postings, by the plainest reckoning?

A second ledger in dictionaries, written apart from the first and slower: it shares only the nouns. Every posting works
on copies of what it touches and throws them away when it is refused. Tests and `peakday bench ledger` ask both ledgers
the same and compare every answer and every balance; `history` makes up what to ask, from a seed.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from peakday.trade.ledger.model import Hold, Posting, Settle, Step, Transfer, Void

LARGEST = 4 * 10**18

Told = tuple[str | None, int | None, int | None]  # refusal, at which step, by how much


class PlainLedger:
    """Accounts, holds and answers as dictionaries."""

    def __init__(self) -> None:
        self.accounts: dict[UUID, dict[str, Any]] = {}
        self.holds: dict[UUID, dict[str, Any]] = {}
        self.answers: dict[UUID, tuple[tuple[Any, ...], Told]] = {}
        self.moved = 0
        self.at = datetime(1970, 1, 1, tzinfo=UTC)
        self._ends: list[tuple[datetime, UUID]] = []

    def open(self, account_id: UUID, currency: str, side: str, floor: int | None, ceiling: int | None) -> None:
        """A new account with nothing in it; a limit of None is none."""
        self.accounts[account_id] = {
            "currency": currency, "side": side, "floor": floor, "ceiling": ceiling,
            "debits": 0, "credits": 0, "held debits": 0, "held credits": 0,
        }  # fmt: skip

    def balance(self, account_id: UUID) -> tuple[int, int, int]:
        """The balance on the normal side, what holds may take from it, what they may bring."""
        account = self.accounts[account_id]
        if account["side"] == "debit":
            return account["debits"] - account["credits"], account["held credits"], account["held debits"]
        return account["credits"] - account["debits"], account["held debits"], account["held credits"]

    def post(self, posting: Posting, at: datetime) -> Told:
        """The answer to a posting at an instant; one that lies before the last (a known answer's) is passed over."""
        self.at = max(self.at, at)
        self._end_holds(self.at)
        content = (posting.steps, posting.rule, posting.ref, posting.is_simulated)
        if posting.posting_id in self.answers:
            before, told = self.answers[posting.posting_id]
            return told if before == content else ("id_reused", 0, None)
        trial = _Trial(self, self.at)
        told: Told = (None, None, None)  # type: ignore[no-redef]
        for number, step in enumerate(posting.steps):
            if refused := trial.take(step):
                told = (refused[0], number, refused[1])
                break
        else:
            trial.keep()
        self.answers[posting.posting_id] = (content, told)
        return told

    def note_end(self, at: datetime, hold_id: UUID) -> None:
        """A hold ends by itself at an instant."""
        heapq.heappush(self._ends, (at, hold_id))

    def _end_holds(self, at: datetime) -> None:
        while self._ends and self._ends[0][0] <= at:
            hold = self.holds[heapq.heappop(self._ends)[1]]
            if hold["status"] == "open":
                hold["status"] = "expired"
                self.accounts[hold["debit"]]["held debits"] -= hold["amount"]
                self.accounts[hold["credit"]]["held credits"] -= hold["amount"]


class _Trial:
    """One posting on copies of what it touches."""

    def __init__(self, ledger: PlainLedger, at: datetime) -> None:
        self._ledger = ledger
        self._at = at
        self._accounts: dict[UUID, dict[str, Any]] = {}
        self._holds: dict[UUID, dict[str, Any]] = {}
        self._moved = 0

    def keep(self) -> None:
        """The copies become the ledger."""
        self._ledger.accounts.update(self._accounts)
        self._ledger.moved += self._moved
        for hold_id, hold in self._holds.items():
            if hold_id not in self._ledger.holds and hold["ends"] is not None:
                self._ledger.note_end(hold["ends"], hold_id)
            self._ledger.holds[hold_id] = hold

    def take(self, step: Step) -> tuple[str, int | None] | None:
        """Do a step; or why not, and by how much."""
        if isinstance(step, Transfer | Hold):
            return self._take_new(step)
        hold = self._hold(step.hold_id)
        if hold is None:
            return "hold_unknown", None
        if hold["status"] != "open":
            return ("hold_expired" if hold["status"] == "expired" else "hold_closed"), None
        moved = 0
        if isinstance(step, Settle):
            moved = hold["amount"] if step.amount_minor is None else step.amount_minor
            if moved > hold["amount"]:
                return "above_hold", moved - hold["amount"]
        hold["status"], hold["moved"] = ("settled" if isinstance(step, Settle) else "voided"), moved
        debit, credit = self._account(hold["debit"]), self._account(hold["credit"])
        debit["held debits"] -= hold["amount"]
        credit["held credits"] -= hold["amount"]
        debit["debits"] += moved
        credit["credits"] += moved
        self._moved += moved
        return None

    def _take_new(self, step: Transfer | Hold) -> tuple[str, int | None] | None:
        if isinstance(step, Hold) and self._hold(step.hold_id) is not None:
            return "hold_exists", None
        known = self._ledger.accounts
        if step.debit_id not in known or step.credit_id not in known:
            return "account_unknown", None
        debit, credit = self._account(step.debit_id), self._account(step.credit_id)
        if {debit["currency"], credit["currency"]} != {step.currency}:
            return "currency_differs", None
        prefix = "held " if isinstance(step, Hold) else ""
        for account, side in ((debit, "debit"), (credit, "credit")):
            account[f"{prefix}{side}s"] += step.amount_minor
            if refused := _limit_broken(account, side):
                return refused
        if isinstance(step, Hold):
            ends = None if step.seconds is None else self._at + timedelta(seconds=step.seconds)
            self._holds[step.hold_id] = {
                "debit": step.debit_id, "credit": step.credit_id, "amount": step.amount_minor, "status": "open",
                "moved": 0, "ends": ends,
            }  # fmt: skip
        else:
            self._moved += step.amount_minor
        return None

    def _account(self, account_id: UUID) -> dict[str, Any]:
        return self._accounts.setdefault(account_id, dict(self._ledger.accounts[account_id]))

    def _hold(self, hold_id: UUID) -> dict[str, Any] | None:
        if hold_id not in self._holds and hold_id in self._ledger.holds:
            self._holds[hold_id] = dict(self._ledger.holds[hold_id])
        return self._holds.get(hold_id)


def _limit_broken(account: dict[str, Any], side: str) -> tuple[str, int] | None:
    """What is wrong with an account after something was added on a side; the other way limits only come nearer."""
    other = "credit" if side == "debit" else "debit"
    farthest = account[f"{side}s"] + account[f"held {side}s"] - account[f"{other}s"]
    if account["side"] == side:
        limit, code = account["ceiling"], "above_ceiling"
    else:
        limit, code = None if account["floor"] is None else -account["floor"], "below_floor"
    if limit is None or limit >= LARGEST:
        limit, code = LARGEST, "figure_too_large"
    return (code, farthest - limit) if farthest > limit else None


def history(seed: int, account_ids: list[UUID], strange_ids: list[UUID], hold_seconds: int) -> Iterator[Posting]:
    """Endless postings of every kind: mostly sound, some too large, repeated, contradictory, or about nothing known.

    `strange_ids` are accounts that do not exist or are in another currency.
    """
    chance = random.Random(seed)  # noqa: S311 - a repeatable history, no secret
    asked: list[Posting] = []
    holds: list[UUID] = []
    while True:
        roll = chance.random()
        if roll < 0.03 and asked:
            earlier = chance.choice(asked)
            steps = earlier.steps if roll < 0.02 else (*earlier.steps[:9], _transfer(chance, account_ids))
            yield Posting(earlier.posting_id, steps, earlier.rule, earlier.ref)
            continue
        count = 1 if roll < 0.8 else chance.randint(2, 4)
        steps = tuple(_step(chance, account_ids, strange_ids, holds, hold_seconds) for _ in range(count))
        posting = Posting(UUID(int=chance.getrandbits(128)), steps, "history", f"h{len(asked)}")
        holds += [step.hold_id for step in steps if isinstance(step, Hold)]
        asked.append(posting)
        del holds[:-500], asked[:-500]
        yield posting


def _transfer(chance: random.Random, account_ids: list[UUID]) -> Transfer:
    debit_id, credit_id = chance.sample(account_ids, 2)
    return Transfer(debit_id, credit_id, chance.randint(1, 1000), "CNY")


def _step(
    chance: random.Random, account_ids: list[UUID], strange_ids: list[UUID], holds: list[UUID], hold_seconds: int
) -> Step:  # fmt: skip
    roll = chance.random()
    if roll < 0.01:
        return Transfer(chance.choice(account_ids), chance.choice(strange_ids), 1, "CNY")
    if roll < 0.15 and holds:
        return Settle(chance.choice(holds), None if roll < 0.08 else chance.randint(1, 1000))
    if roll < 0.2:
        return Void(chance.choice(holds) if holds else UUID(int=chance.getrandbits(128)))
    moved = _transfer(chance, account_ids)
    if roll < 0.35:
        hold_id = chance.choice(holds) if holds and roll < 0.21 else UUID(int=chance.getrandbits(128))
        seconds = None if roll < 0.25 else chance.randint(1, hold_seconds)
        return Hold(hold_id, moved.debit_id, moved.credit_id, moved.amount_minor, "CNY", seconds)
    return moved
