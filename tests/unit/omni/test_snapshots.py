"""Snapshots are known by the first bytes of their files; those that come with Outlast fit catalogue and wheel."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.omni.tiny import head, random_tensors, weights_file

from outlast.catalog.store import open_catalog
from outlast.errors import WeightsInvalid
from outlast.omni.label import Label, end_of_head, read_label
from outlast.omni.snapshots import snapshots
from outlast.omni.weights import pack, parse
from outlast.settings.built_in import snapshot_files

LARGEST = 30_000_000
"""Bytes of weights in the package, all of them."""
HERE = snapshots({})


def test_labels_are_read_without_the_rest_and_the_newest_comes_first(tmp_path: Path) -> None:
    for name, date in (("omni-mini-1", "2026-11-22"), ("omni-mini-2", "2026-11-22"), ("omni-mini-3", "2026-11-21")):
        whole = pack(msgspec.structs.replace(head(), name=name, date=date), random_tensors())
        (tmp_path / f"{name}.weights").write_bytes(whole)
    found = snapshots({"OUTLAST_SNAPSHOTS": str(tmp_path)})
    assert [label.name for label, _ in found] == ["omni-mini-2", "omni-mini-1", "omni-mini-3"]
    assert found[0] == (Label("omni-mini-2", "omni-mini", "2026-11-22"), tmp_path / "omni-mini-2.weights")


def test_nothing_of_numpy_is_loaded_to_know_them() -> None:
    asked = "import sys; from outlast.omni.snapshots import snapshots; snapshots(); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"


@given(st.binary(max_size=64) | st.binary(max_size=32).map(lambda end: weights_file()[:20] + end))
def test_a_file_that_is_none_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.weights"
    file.write_bytes(data)
    with pytest.raises(WeightsInvalid):
        read_label(file)


def test_the_label_is_of_the_same_bytes_as_the_head(tmp_path: Path) -> None:
    (tmp_path / "a.weights").write_bytes(weights_file())
    whole = parse(weights_file()).head
    assert read_label(tmp_path / "a.weights") == Label(whole.name, whole.family, whole.date)
    assert end_of_head(weights_file()[:20], len(weights_file())) < len(weights_file())


def test_what_comes_with_outlast_is_small_enough() -> None:
    assert sum(file.stat().st_size for file in snapshot_files({})) <= LARGEST


@pytest.mark.skipif(not HERE, reason="this build has no snapshots: NOT COMPARED")
def test_the_catalogue_tells_of_each_snapshot_what_its_own_head_says() -> None:
    catalogue = open_catalog()
    known = {model.id: model for model in catalogue.models() if model.provider == "local" and not model.points_to}
    assert {label.name for label, _ in HERE} == known.keys()
    for label, file in HERE:
        weights, model = parse(file.read_bytes()), known[label.name]
        released = [claim.date.isoformat() for claim in model.claims if claim.event == "released"]
        assert (weights.head.name, weights.head.family, [weights.head.date]) == (model.id, model.family, released)
    alias = catalogue.find(f"local/{HERE[0][0].family}")
    assert alias is not None
    assert alias.points_to == HERE[0][0].name
