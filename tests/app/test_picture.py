"""Pictures of the diagram in files."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import cast, get_args

import pytest
from PySide6.QtGui import QImage

from explorer.app.build.picture import LARGEST, Kind, save_picture
from explorer.arch.errors import DataError
from explorer.arch.layers import Conv2d, Flatten, Linear, ReLU
from explorer.arch.network import Network
from explorer.arch.tree import Parallel, Sequence

SVG = "{http://www.w3.org/2000/svg}"


def sample() -> Network:
    body = Sequence((Conv2d(filters=8, padding=(1, 1)), ReLU()))
    block = Sequence((Parallel((body, Sequence()), merge="add"),), repeat=2, name="stage")
    return Network((8, 16, 16), (block, Flatten(), Linear(10)), name="Small & fine")


def texts(path: Path) -> list[str]:
    return [(element.text or "").strip() for element in ElementTree.parse(path).iter(f"{SVG}text")]


def test_text_stays_text_in_svg_with_fonts_to_fall_back_on(tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    save_picture(sample(), path, "svg")
    found = texts(path)
    assert {"Small & fine", "stage", "×2", "add", "flatten", "linear", "8×16×16", "conv 3×3"} <= set(found)
    assert any(text.endswith("parameters") for text in found)
    fonts = {element.get("font-family") for element in ElementTree.parse(path).iter(f"{SVG}text")}
    assert fonts == {"Inter, sans-serif", "JetBrains Mono, monospace"}


def test_png_is_sharp_and_has_colours(tmp_path: Path) -> None:
    path = tmp_path / "net.png"
    save_picture(sample(), path, "png")
    image = QImage(str(path))
    assert image.width() > 800
    lying = tmp_path / "lying.png"
    save_picture(sample(), lying, "png", theme="dark", vertical=True)
    turned = QImage(str(lying))
    assert turned.height() > turned.width()
    assert image.pixelColor(2, 2).lightness() > 200 > 60 > turned.pixelColor(2, 2).lightness()


def test_pdf_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "net.pdf"
    save_picture(sample(), path, "pdf")
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"/Count 1" in data


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_network_with_a_fault_is_drawn_too(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / f"net.{kind}"
    save_picture(Network((3, 8, 8), (Conv2d(filters=4), Linear(5))), path, kind)
    assert path.stat().st_size > 1000
    if kind == "svg":
        assert "112 parameters up to fc1, where it does not fit" in texts(path)


def test_a_very_long_network_has_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "long.png"
    save_picture(Network((64,), (Linear(64),) * 600), path, "png")
    image = QImage(str(path))
    assert 0 < image.width() <= LARGEST


def test_where_nothing_can_be_written_it_says_so_and_leaves_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        save_picture(sample(), tmp_path / "missing" / "net.svg", "svg")
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match="Choose another file"):
        save_picture(sample(), tmp_path / "folder", "png")
    assert not list((tmp_path / "folder").iterdir())
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="svg, png, pdf"):
        save_picture(sample(), tmp_path / "net.gif", cast(Kind, "gif"))
    assert not list(tmp_path.iterdir())


def test_it_works_without_a_window(tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    program = (
        "import sys; from pathlib import Path; from explorer.app.build.picture import save_picture\n"
        "from explorer.arch.zoo import zoo\n"
        f"save_picture(zoo('lenet5'), Path({str(path)!r}), 'svg')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "LeNet-5" in texts(path)
