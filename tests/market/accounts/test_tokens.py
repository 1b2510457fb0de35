"""Does a CSRF token belong to one session only, and are tokens long and never alike?"""

from peakday.market.accounts.tokens import csrf_of, hash_token, is_csrf_right, new_secret, new_token


def test_csrf_tokens_differ_by_session_and_fit_their_own_only():
    one, other = new_token(), new_token()
    assert csrf_of(one) != csrf_of(other)
    assert is_csrf_right(one, csrf_of(one))
    assert not is_csrf_right(one, csrf_of(other))
    assert not is_csrf_right(one, "")
    assert not is_csrf_right(None, csrf_of(one))
    assert not is_csrf_right(one, "é\ud800")


def test_tokens_carry_256_bits_and_secrets_their_mark():
    assert len(new_token()) == 43
    assert new_secret().startswith("pkd_")
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(hash_token("x")) == 32
