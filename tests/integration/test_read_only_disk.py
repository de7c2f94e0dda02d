"""A gateway whose file system turns read-only under it: what SQLite maps becomes a trap, and no caller may notice."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import CHAT, HELLO, LIVING, SCRIPTED, Answer, Gateway, running, until

pytestmark = [pytest.mark.server, pytest.mark.slow]

SIZE_MB = 96


def possible(*command: str | Path) -> bool:
    """Whether a tool is there and did it."""
    tool = shutil.which(str(command[0]), path="/usr/sbin:/sbin:/usr/bin:/bin")
    return tool is not None and not subprocess.run([tool, *command[1:]], capture_output=True, check=False).returncode


class Disk:
    """A file system of its own on a file, which the kernel takes for broken on demand."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.folder = folder
        with image.open("wb") as file:
            file.truncate(SIZE_MB << 20)
        folder.mkdir()
        # Under data=journal each first write to a mapped page asks the file system, as with XFS or Btrfs always.
        self.mounted = possible("mkfs.ext4", "-q", "-F", image) and possible(
            "mount", "-o", "loop,errors=remount-ro,data=journal", image, folder
        )
        self.trap = Path("/sys/fs/ext4", self._device(), "trigger_fs_error") if self.mounted else Path()

    def turn_read_only(self) -> None:
        """What the kernel does when it finds an error: nothing on it can be written from now on, open or mapped."""
        subprocess.run(["sync"], check=True)  # a page that waits to be written may still be written to
        self.trap.write_text("1")

    def _device(self) -> str:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        return next(Path(device).name for device, folder, *_ in mounts if folder == str(self.folder))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "image", tmp_path / "disk")
    try:
        if not disk.trap.is_file():
            pytest.skip("no file system can be made to break here: needs root, loop devices and ext4")
        yield disk
    finally:
        if disk.mounted:
            subprocess.run(["umount", str(disk.folder)], check=True)


def asked(gateway: Gateway, secret: str) -> Answer:
    body = json.dumps({"model": LIVING, "messages": HELLO}).encode()
    return gateway.ask("POST", CHAT, body, {"authorization": f"Bearer {secret}"})


def keys_check(gateway: Gateway) -> str:
    said: str = gateway.ask("GET", "/readyz").document["checks"]["keys"]["says"]
    return said


@pytest.mark.fault("the file system turns read-only under a gateway")
def test_when_the_file_system_turns_read_only_calls_go_on_and_the_keys_that_were_known_hold(
    disk: Disk, tmp_path: Path
) -> None:
    database = f'[server]\ndatabase = "sqlite:///{disk.folder}/outlast.db"\n'
    with running(tmp_path, SCRIPTED + database) as gateway:
        secret = gateway.outlast("keys", "create", "first").out.strip()
        until(lambda: asked(gateway, secret).status == 200)
        gateway.signal(signal.SIGSTOP)  # so that its next look finds a change, and has to write to what is mapped
        late = gateway.outlast("keys", "create", "late").out.strip()
        disk.turn_read_only()
        gateway.signal(signal.SIGCONT)
        until(lambda: "those that were known before hold" in keys_check(gateway))
        assert "exit status -7" in gateway.ask("GET", "/readyz").document["checks"]["database"]["says"]
        assert (asked(gateway, secret).status, gateway.chat(LIVING).status) == (200, 401)
        until(lambda: asked(gateway, late).status == 200)  # another worker maps nothing that it would write to
        assert keys_check(gateway) == "as they are kept"
        assert (asked(gateway, secret).status, gateway.chat(LIVING).status) == (200, 401)
        gateway.signal(signal.SIGHUP)
        until(lambda: "configuration 2 is at work" in gateway.said)
        assert asked(gateway, secret).status == 200
        assert gateway.stop() == 0
        assert "defect" not in gateway.said
