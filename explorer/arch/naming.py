"""What the nodes of a list are called: in the module, its weights, the exported code and every table."""

from __future__ import annotations

import keyword
from collections import Counter

from explorer.arch.tree import Node

RESERVED = frozenset({
    "T_destination", "add_module", "append", "apply", "axis", "bfloat16", "buffers", "call_super_init", "children",
    "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extend", "extra_repr", "float", "forward",
    "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "insert", "ipu", "load_state_dict",
    "merge", "modules", "mtia", "named_buffers", "named_children", "named_modules", "named_parameters",
    "parameters", "pop", "register_backward_hook", "register_buffer", "register_forward_hook",
    "register_forward_pre_hook", "register_full_backward_hook", "register_full_backward_pre_hook",
    "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook", "register_module",
    "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_", "said",
    "self", "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train", "training",
    "type", "x", "xpu", "zero_grad",
})  # fmt: skip
"""What a module of PyTorch has already: no layer in it can be called so."""


def safe_name(name: str) -> str:
    """The name as a module and Python can have it: `forward` → `forward_`, `_conv` → `layer_conv`."""
    if name.startswith("_"):
        name = f"layer_{name.strip('_')}"
    return f"{name}_" if name in RESERVED or keyword.iskeyword(name) else name


def node_names(nodes: tuple[Node, ...], stem: str = "") -> tuple[str, ...]:
    """What each node of a list is called: `conv1`, `relu1`, …, `fc3`, or by the name it was given.

    A kind that occurs once has no number. No name occurs twice, and none is one that PyTorch's modules need for
    themselves. They stand in the module, its weights and every table.
    """
    stems = [stem or node.stem for node in nodes]
    totals = Counter(stems)
    seen: Counter[str] = Counter()
    given = {safe_name(node.name) for node in nodes if node.name}
    used: set[str] = set()
    again: Counter[str] = Counter()
    names = []
    for kind, node in zip(stems, nodes, strict=True):
        seen[kind] += 1
        name = safe_name(node.name)
        if not name:
            numbered = totals[kind] > 1 or kind in ("conv", "fc", "branch")
            name = f"{kind}{seen[kind]}" if numbered else kind
        first = name
        while name in used or (name in given and not node.name):
            again[first] += 1
            name = f"{first}_{again[first] + 1}"
        used.add(name)
        names.append(name)
    return tuple(names)
