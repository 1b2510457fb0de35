"""How long does what keeps dying wait before it is started again?"""

from peakday.apps.cli.keeper import PAUSE_SECONDS_MAX, Pauses


def test_the_first_death_is_answered_at_once():
    pauses = Pauses()
    assert pauses.may_start("web", 100.0)
    pauses.note_start("web", 100.0)
    assert pauses.may_start("web", 100.1)


def test_what_dies_as_soon_as_it_lives_waits_longer_each_time_up_to_a_limit():
    pauses, now, waits = Pauses(), 100.0, []
    for _ in range(7):
        pauses.note_start("web", now)
        begun = now
        while not pauses.may_start("web", now):
            now += 0.05
        waits.append(round(now - begun, 1))
    assert waits[0] == 0.0
    assert waits[1:4] == [0.2, 0.5, 1.0] or waits[1:4] == [0.3, 0.5, 1.0]
    assert max(waits) == PAUSE_SECONDS_MAX


def test_a_death_after_a_while_of_life_is_answered_at_once_again():
    pauses = Pauses()
    for now in (100.0, 100.1, 100.4, 110.0):
        pauses.note_start("web", now)
    assert pauses.may_start("web", 110.0)
    assert pauses.may_start("worker", 110.0)
