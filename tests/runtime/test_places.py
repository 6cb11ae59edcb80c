import os
import shutil
from pathlib import Path

import pytest

from mcps_site.runtime import places
from tests.runtime.running import temporary_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")


@pytest.fixture
def folder():
    with temporary_folder() as found:
        yield found


def test_sockets_lie_in_the_data_folder_unless_their_path_would_be_too_long(folder, monkeypatch):
    monkeypatch.setenv("MCPS_DATA_DIR", str(folder))
    assert places.socket_dir() == folder / "run"
    long = folder / ("x" * 90)
    monkeypatch.setenv("MCPS_DATA_DIR", str(long))
    short = places.socket_dir()
    assert len(str(short)) < 60
    monkeypatch.setenv("MCPS_DATA_DIR", str(long) + "y")
    assert places.socket_dir() != short


def test_secret_key_is_made_once_and_readable_by_its_owner_only(folder, monkeypatch):
    monkeypatch.setenv("MCPS_DATA_DIR", str(folder))
    first = places.embedded_secret_key()
    assert places.embedded_secret_key() == first
    assert len(first) > 50
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600


def test_folder_of_another_user_is_refused(folder):
    owner = places.Owner(name="x", uid=54321, gid=54321, is_other=False)
    target = folder / "run"
    target.mkdir()
    if os.geteuid() == 0:
        os.chown(target, 65533, 65533)
        with pytest.raises(RuntimeError, match="belongs to another user"):
            places.make_private_dir(target, owner)
    target.rmdir()
    (folder / "elsewhere").mkdir()
    target.symlink_to(folder / "elsewhere")
    with pytest.raises((RuntimeError, FileExistsError)):
        places.make_private_dir(target, owner)


@as_root
def test_named_folder_inside_a_private_one_is_refused(folder, monkeypatch):
    private = folder / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setenv("MCPS_DATA_DIR", str(private / "data"))
    with pytest.raises(
        RuntimeError, match=r"MCPS_DATA_DIR.*cannot be reached by the user “nobody”"
    ):
        places.make_data_dir()
    assert private.stat().st_mode & 0o777 == 0o700


@as_root
def test_data_of_a_private_checkout_moves_out_and_is_linked(folder, monkeypatch, capsys):
    checkout = folder / "checkout"
    checkout.mkdir(mode=0o700)
    (checkout / ".data").mkdir()
    (checkout / ".data" / "secret_key").write_text("kept")
    monkeypatch.delenv("MCPS_DATA_DIR")
    monkeypatch.setattr(places, "ROOT", checkout)
    found = places.make_data_dir()
    try:
        assert found.parent == Path("/var/lib/mcps")
        assert (checkout / ".data").readlink() == found
        assert (found / "secret_key").read_text() == "kept"
        assert checkout.stat().st_mode & 0o777 == 0o700
        assert "linked as .data" in capsys.readouterr().out
        assert places.make_data_dir() == found
    finally:
        shutil.rmtree(found)
