"""Are answers that a room keeps in its own batch under one law with the door of keys?"""

from datetime import UTC, datetime, timedelta

import pytest

from peakday.kernel import kept_answers
from peakday.kernel.kept_answers import Answer, KeyInProgress, KeyReused, KeyTakenError, Once

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
ONCE = Once("buyer:1", "k1", b"asked")
ADDED = Answer(201, "application/json", '{"name": "茶"}'.encode())


async def claim(tx, created_at):
    await tx.execute(
        "insert into kernel.idempotency (actor_key, key, request_hash, created_at) values ($1, $2, $3, $4)",
        ONCE.owner, ONCE.key, ONCE.request_hash, created_at,
    )  # fmt: skip


async def test_an_answer_is_told_again_to_the_same_question_only(database):
    async with database.transaction() as tx:
        assert await kept_answers.find_answers(tx, [ONCE], AT) == {}
        await kept_answers.keep_answers(tx, [(ONCE, ADDED)], AT)
        kept = (await kept_answers.find_answers(tx, [ONCE], AT))[ONCE.owner, ONCE.key]
    assert kept.tell(ONCE) == ADDED
    assert isinstance(kept.tell(Once("buyer:1", "k1", b"other")), KeyReused)


async def test_a_key_in_use_is_not_written_over_and_a_dead_claim_is(database):
    late = AT + timedelta(seconds=kept_answers.CLAIM_SECONDS + 1)
    async with database.transaction() as tx:
        await claim(tx, AT)
        kept = (await kept_answers.find_answers(tx, [ONCE], AT))[ONCE.owner, ONCE.key]
        assert isinstance(kept.tell(ONCE), KeyInProgress)
        with pytest.raises(KeyTakenError):
            await kept_answers.keep_answers(tx, [(ONCE, ADDED)], AT)
        assert (await kept_answers.find_answers(tx, [ONCE], late))[ONCE.owner, ONCE.key].tell(ONCE) is None
        await kept_answers.keep_answers(tx, [(ONCE, ADDED)], late)
        with pytest.raises(KeyTakenError):
            await kept_answers.keep_answers(tx, [(ONCE, ADDED)], late)
        assert (await kept_answers.find_answers(tx, [ONCE], late))[ONCE.owner, ONCE.key].tell(ONCE) == ADDED
