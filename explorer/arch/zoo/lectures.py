"""The tables that the lectures print, row by row."""

from __future__ import annotations

from explorer.arch.text import number
from explorer.arch.zoo.tables import Column, Table, TableRow


def _vgg16() -> Table:
    rows = [TableRow("input 224×224×3", (number(150_528), "0"), ("input",))]
    weights = {
        1: (1_728, 36_864),
        2: (73_728, 147_456),
        3: (294_912, 589_824, 589_824),
        4: (1_179_648, 2_359_296, 2_359_296),
        5: (2_359_296, 2_359_296, 2_359_296),
    }
    values = {1: 3_211_264, 2: 1_605_632, 3: 802_816, 4: 401_408, 5: 100_352}
    pooled = {1: 802_816, 2: 401_408, 3: 200_704, 4: 100_352, 5: 25_088}
    filters = {1: 64, 2: 128, 3: 256, 4: 512, 5: 512}
    for group, counts in weights.items():
        for index, count in enumerate(counts, 1):
            label = f"conv3-{filters[group]}"
            rows.append(TableRow(label, (number(values[group]), number(count)), (f"conv{group}_{index}",)))
        rows.append(TableRow("pool 2×2", (number(pooled[group]), "0"), (f"pool{group}",)))
    for name, units, count in (("fc6", 4096, 102_760_448), ("fc7", 4096, 16_777_216), ("fc8", 1000, 4_096_000)):
        rows.append(TableRow(f"FC {units}", (number(units), number(count)), (name,)))
    total = TableRow("total", ("24M", "138M"), tuple(path for row in rows for path in row.paths))
    columns = (Column("Activations", "activations"), Column("Weights, no biases", "weights"))
    return Table("The lecture's table of VGG-16", columns, (*rows, total))


def _googlenet() -> Table:
    columns = (
        Column("Output", "output"),
        Column("Params (K = 1024, no biases)", "weights", 1024),
        Column("Ops", "macs"),
    )
    rows = (
        TableRow("convolution 7×7/2", ("112×112×64", "2.7K", "34M"), ("conv1",)),
        TableRow("max pool 3×3/2", ("56×56×64", "", ""), ("pool1",)),
        TableRow("convolution 3×3/1", ("56×56×192", "112K", "360M"), ("conv2_reduce", "conv2")),
        TableRow("max pool 3×3/2", ("28×28×192", "", ""), ("pool2",)),
        TableRow("inception (3a)", ("28×28×256", "159K", "128M"), ("inception3a",)),
        TableRow("inception (3b)", ("28×28×480", "380K", "304M"), ("inception3b",)),
        TableRow("max pool 3×3/2", ("14×14×480", "", ""), ("pool3",)),
        TableRow("inception (4a)", ("14×14×512", "364K", "73M"), ("inception4a",)),
        TableRow("inception (4b)", ("14×14×512", "437K", "88M"), ("inception4b",)),
        TableRow("inception (4c)", ("14×14×512", "463K", "100M"), ("inception4c",)),
        TableRow("inception (4d)", ("14×14×528", "580K", "119M"), ("inception4d",)),
        TableRow("inception (4e)", ("14×14×832", "840K", "170M"), ("inception4e",)),
        TableRow("max pool 3×3/2", ("7×7×832", "", ""), ("pool4",)),
        TableRow("inception (5a)", ("7×7×832", "1072K", "54M"), ("inception5a",)),
        TableRow("inception (5b)", (f"7×7×{number(1024)}", "1388K", "71M"), ("inception5b",)),
        TableRow("avg pool 7×7/1", (f"1×1×{number(1024)}", "", ""), ("avgpool",)),
        TableRow("linear", (number(1000), "1000K", "1M"), ("fc",)),
    )
    return Table("Table 1 of the paper, as the lecture shows it", columns, rows)


def _cats_and_dogs() -> Table:
    def row(label: str, output: str, count: int, *paths: str) -> TableRow:
        return TableRow(label, (output, number(count)), paths)

    rows = (
        row("Conv2D 32", "148×148×32", 896, "conv1"),
        row("MaxPooling2D", "74×74×32", 0, "pool1"),
        row("Conv2D 64", "72×72×64", 18_496, "conv2"),
        row("MaxPooling2D", "36×36×64", 0, "pool2"),
        row("Conv2D 128", "34×34×128", 73_856, "conv3"),
        row("MaxPooling2D", "17×17×128", 0, "pool3"),
        row("Conv2D 128", "15×15×128", 147_584, "conv4"),
        row("MaxPooling2D", "7×7×128", 0, "pool4"),
        row("Flatten", number(6272), 0, "flatten"),
        row("Dense 512", "512", 3_211_776, "fc1"),
        row("Dense 1", "1", 513, "fc2"),
        row("total", "", 3_453_121),
    )
    return Table("Keras' summary", (Column("Output", "output"), Column("Parameters", "parameters")), rows)


def _cifar10() -> Table:
    def row(label: str, count: int, *paths: str) -> TableRow:
        return TableRow(label, (number(count),), paths)

    rows = (
        row("convolution 5×5, 6 filters", 456, "conv1"),
        row("convolution 5×5, 16 filters", 2_416, "conv2"),
        row("linear 400 → 120", 48_120, "fc1"),
        row("linear 120 → 84", 10_164, "fc2"),
        row("linear 84 → 10", 850, "fc3"),
        row("total", 62_006),
    )
    return Table("The lecture's counts", (Column("Parameters", "parameters"),), rows)


VGG16 = _vgg16()
GOOGLENET = _googlenet()
CATS_AND_DOGS = _cats_and_dogs()
CIFAR10 = _cifar10()
