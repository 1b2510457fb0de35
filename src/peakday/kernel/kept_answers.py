"""Which answers were given under a client's key already?

`kernel.idempotency` has one row for (whose key, key): the hash of what was asked, and the answer once there is one. The
door of keys (`apps/http/idempotency`) claims a row before it lets a change through; a room that writes for many at once
reads and keeps the rows of its batch here, inside the transaction of the change itself: what was done and what was
answered are committed together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Conflict, Invalid, Problem, Refusal
from peakday.kernel.text import Text

CLAIM_SECONDS = 60
KEY_LENGTH_MAX = 128
_KEY = re.compile(f"[!-~]{{1,{KEY_LENGTH_MAX}}}")


class KeyReused(Conflict):
    """The same key with another request."""

    code = "idempotency_key_reused"
    message = Text("该幂等键已用于另一个请求", "This idempotency key was used for a different request")


class KeyInProgress(Conflict):
    """The first request with this key still runs."""

    code = "idempotency_in_progress"
    message = Text("相同请求正在处理", "The same request is still being processed")


class AnswerNotKept(Conflict):
    """The change was made; its answer held a secret, or was too large, and is kept nowhere."""

    code = "idempotent_answer_not_kept"
    message = Text(
        "该幂等键的请求已完成,其结果未保存,无法再次返回",
        "The change with this key was made already; its answer is not kept and cannot be given again",
    )


class KeyTakenError(Exception):
    """Somebody else wrote a row of this batch in the meantime: roll back, and look again."""


@dataclass(frozen=True, slots=True)
class Once:
    """Whose key it is, the key, and the hash of what is asked under it."""

    owner: str
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is answered: status, media type, body."""

    status: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the record: the answer, or why there is none to give; None: who claimed it died, it is free again."""

    request_hash: bytes
    answer: Answer | Refusal | None

    def tell(self, once: Once) -> Answer | Refusal | None:
        """What is told to who asks under this key."""
        return self.answer if self.request_hash == once.request_hash else KeyReused()


def owner_of(actor: Actor) -> str:
    """Whose key it is: one account or one API key, in one shop. Two of them never meet in one answer."""
    return f"{actor.kind}:{actor.shop_id}:{actor.account_id}:{actor.via_key}"


def require_key(key: str) -> None:
    """Refuses `Invalid` for what cannot be a key."""
    if not _KEY.fullmatch(key):
        raise Invalid(_unfit(key))


def key_needed() -> Invalid:
    """The refusal of a change that adds something each time it is asked, and comes without a key."""
    message = Text("该操作需要幂等键", "This change needs an idempotency key")
    remedy = Text(
        "为每个意愿生成一个新的键,重试时用同一个键",
        "Send a new key in the header Idempotency-Key for each wish, and the same key when you try again",
    )
    return Invalid(Problem("Idempotency-Key", "idempotency_key_needed", message, remedy))


async def find_answers(tx: Tx, asked: Sequence[Once], at: datetime) -> dict[tuple[str, str], Kept]:
    """What is kept by (owner, key); absent: the key is free."""
    rows = await tx.fetch(
        "select actor_key, key, request_hash, status, response, created_at from kernel.idempotency"
        " where (actor_key, key) in (select * from unnest($1::text[], $2::text[]))",
        [each.owner for each in asked], [each.key for each in asked],
    )  # fmt: skip
    found: dict[tuple[str, str], Kept] = {}
    for row in rows:
        name, kept = (row["actor_key"], row["key"]), row["response"]
        if row["status"] is None:
            is_dead = row["created_at"] < at - timedelta(seconds=CLAIM_SECONDS)
            answer: Answer | Refusal | None = None if is_dead else KeyInProgress()
        elif kept is None:
            answer = AnswerNotKept()
        else:
            answer = Answer(row["status"], kept["kind"], kept["body"].encode())
        found[name] = Kept(row["request_hash"], answer)
    return found


async def keep_answers(tx: Tx, answered: Sequence[tuple[Once, Answer]], at: datetime) -> None:
    """Keep the answers under their keys; raises `KeyTakenError` unless all of them were free."""
    kept = [msgspec.json.encode({"kind": a.kind, "body": a.body.decode()}).decode() for _, a in answered]
    status = await tx.execute(
        "insert into kernel.idempotency as k (actor_key, key, request_hash, status, response, created_at)"
        " select o, y, h, s, r::jsonb, $6"
        " from unnest($1::text[], $2::text[], $3::bytea[], $4::int[], $5::text[]) as w(o, y, h, s, r)"
        " on conflict (actor_key, key) do update"
        " set status = excluded.status, response = excluded.response, created_at = excluded.created_at"
        " where k.status is null and k.request_hash = excluded.request_hash and k.created_at < $7",
        [once.owner for once, _ in answered], [once.key for once, _ in answered],
        [once.request_hash for once, _ in answered], [answer.status for _, answer in answered], kept, at,
        at - timedelta(seconds=CLAIM_SECONDS),
    )  # fmt: skip
    if int(status.rpartition(" ")[2]) < len(answered):
        raise KeyTakenError


def _unfit(key: str) -> Problem:
    message = Text("幂等键不合规", "This cannot be an idempotency key")
    remedy = Text(
        f"1 至 {KEY_LENGTH_MAX} 个可见的 ASCII 字符", f"1 to {KEY_LENGTH_MAX} visible characters of ASCII, no spaces"
    )
    return Problem("Idempotency-Key", "idempotency_key_form", message, remedy, value=key[:60])
