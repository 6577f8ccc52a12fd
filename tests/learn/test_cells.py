"""The cells of a trained model are read from its files without PyTorch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.arch.errors import RunError
from explorer.learn.card import NETWORK, WEIGHTS, find_model
from explorer.learn.cells import read_trained
from explorer.learn.letters import fold

MODELS = ("names-lstm", "names-gru", "names-rnn", "names-writer")


@pytest.mark.parametrize("name", MODELS)
def test_what_it_says_is_what_the_module_says(name: str) -> None:
    from explorer.learn.inner import inner
    from explorer.learn.model import load_model

    trained, model = read_trained(find_model(name)), load_model(find_model(name))
    tokens = [trained.signs.index(letter) for letter in "Pelaez"]
    logs = trained.layered.read(tokens).log_probabilities
    assert logs is not None
    np.testing.assert_allclose(logs, model.spell(tokens), atol=1e-5)
    loaded = inner(model)
    assert loaded is not None
    np.testing.assert_array_equal(loaded.cells[0][0].u, trained.layered.cells[0][0].u)


def test_it_needs_no_torch() -> None:
    code = (
        "import sys; from explorer.learn.card import find_model; from explorer.learn.cells import read_trained; "
        "read_trained(find_model('names-lstm')); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_two_directions_behind_a_pooling_have_no_output() -> None:
    trained = read_trained(find_model("names-two-way"))
    assert trained.layered.ways == 2
    assert trained.layered.output is None
    assert trained.layered.read(fold("Kim").tokens).joined[-1].shape == (3, 256)


def test_what_cannot_be_unrolled_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="digits-cnn has no recurrent layer that can be unrolled"):
        read_trained(find_model("digits-cnn"))
    folder = tmp_path / "mine"
    shutil.copytree(find_model("names-lstm"), folder)
    weights = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(weights[:100])
    with pytest.raises(RunError, match="is damaged"):
        read_trained(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(RunError, match="There are no weights at"):
        read_trained(folder)
    shutil.copy(find_model("names-gru") / WEIGHTS, folder / WEIGHTS)
    with pytest.raises(RunError, match="no weights “weight_ih_l0”"):
        read_trained(folder)
    network = (folder / NETWORK).read_text("utf-8").replace('"projection": 0', '"projection": 16')
    (folder / NETWORK).write_text(network, "utf-8")
    (folder / WEIGHTS).write_bytes(weights)
    with pytest.raises(RunError, match="do not fit its network"):
        read_trained(folder)
