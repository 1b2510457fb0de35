"""Are good hashes taken and bad rows named?"""

import hashlib

from peakday.insight.audiences.rules.uploaded_ids import read_ids


def test_bad_and_doubled_rows_are_named_and_the_others_taken():
    good = hashlib.sha256(b"byr_1").hexdigest()
    read = read_ids(["hash", good, "", "not a hash", good.upper(), f'"{hashlib.sha256(b"x").hexdigest()}"\r\n'])
    assert (read.rows, read.refused, len(read.hashes)) == (4, 2, 2)
    assert [(one.row, one.code) for one in read.problems] == [(4, "bad_hash"), (5, "doubled")]
