import pytest

from kernel.encryption import decrypt, encrypt


def test_secret_comes_back_and_is_not_readable():
    sealed = encrypt("seed", purpose="a")
    assert "seed" not in sealed
    assert decrypt(sealed, purpose="a") == "seed"


def test_secret_of_another_purpose_is_refused():
    with pytest.raises(ValueError, match="SECRET_KEY_FALLBACKS"):
        decrypt(encrypt("seed", purpose="a"), purpose="b")


def test_former_key_still_opens_old_secrets(settings):
    settings.SECRET_KEY = "old"
    sealed = encrypt("seed", purpose="a")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert decrypt(sealed, purpose="a") == "seed"
