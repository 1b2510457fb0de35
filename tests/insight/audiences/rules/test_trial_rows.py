"""Which rows of a trial are good?"""

from peakday.insight.audiences.rules.trial_rows import read_trial

ONE, TWO = "a" * 64, "b" * 64


def test_good_rows_are_read_and_bad_and_doubled_ones_counted():
    lines = [
        "\ufeffArm,person_hash,outcome,more", f"treated,{ONE},1,x", f"control,{TWO.upper()},0", f"control,{ONE},0",
        f"else,{'c' * 64},1", "treated,short,1", f"treated,{'d' * 64},maybe", "", "treated",
    ]  # fmt: skip

    read = read_trial(lines)

    assert read.people == {bytes.fromhex(ONE): (True, True), bytes.fromhex(TWO): (False, False)}
    assert (read.rows, read.refused, read.has_header) == (7, 5, True)


def test_without_its_columns_nothing_is_read():
    read = read_trial(["hash,arm", f"{ONE},treated"])

    assert (read.has_header, read.rows, read.people) == (False, 0, {})
