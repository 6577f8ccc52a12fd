"""Digits as other hands would write them, words as nobody would: a new variation of each sample at every step."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from explorer.learn.letters import LETTERS

NOISE = 0.12
"""Share of a word's letters that are replaced."""

TURN = 0.25
"""Largest rotation, radians."""
SLANT = 0.3
"""Largest sideways shift of the top against the middle, as a share of the height between them."""
STRETCH = 0.15
"""Largest change of width and of height, as a share."""
SHIFT = 2.0
"""Largest shift, pixels: framing centres the ink only as well as its odd tails and gaps allow."""
WARPS = ((4, 1.5), (9, 1.4))
"""Smooth warps, one of the whole hand and one of its tremor: places along an axis at which a displacement is
drawn, and the largest one in pixels."""
THICKER = 0.7
THINNER = 0.5
"""Largest share of the way to strokes one pixel wider, or narrower, at each of their sides."""
CONTRAST = 2.0
"""Largest steepening of the strokes' edges: drawn ink is uniform, scanned ink is not."""


def augment(images: Tensor) -> Tensor:
    """Turn, slant, stretch, shift and bend each image at random, its strokes thicker or thinner, sharper or softer.

    images: (N, 1, H, W) uint8, ink bright on 0. Returns the same shape and type, on the same device; the
    strongest ink of an image stays as strong as it was. Draws from torch's global generator on the CPU.
    """
    n, _, height, width = images.shape
    x = images.to(torch.float32)
    strongest = x.amax((1, 2, 3), keepdim=True)

    # Some images are left nearly as they are, so that the network also sees what people did write.
    strength = torch.rand(n).to(images.device)

    def draw(*shape: int) -> Tensor:
        """Uniform in -1…1, times the image's strength; on the CPU, so that a seed gives the same on every device."""
        return (torch.rand(n, *shape).to(images.device) * 2 - 1) * strength.view(n, *[1] * len(shape))

    # Stroke width first, while the edges are sharp: a share of the way to the dilated or the eroded image.
    share = draw(1, 1, 1)
    x = torch.lerp(x, functional.max_pool2d(x, 3, 1, 1), share.clamp_min(0) * THICKER)
    x = torch.lerp(x, -functional.max_pool2d(-x, 3, 1, 1), (-share).clamp_min(0) * THINNER)

    # Where each pixel of the result comes from, in the coordinates of grid_sample: -1…1 across the image.
    angle, slant = draw() * TURN, draw() * SLANT
    across, down = 1 + draw() * STRETCH, 1 + draw() * STRETCH
    cosine, sine = angle.cos(), angle.sin()
    rows = (
        torch.stack([cosine * across, (slant * cosine - sine) * across, draw() * SHIFT * 2 / width], 1),
        torch.stack([sine * down, (slant * sine + cosine) * down, draw() * SHIFT * 2 / height], 1),
    )
    grid = functional.affine_grid(torch.stack(rows, 1), [n, 1, height, width], align_corners=False)
    for knots, reach in WARPS:
        bend = draw(2, knots, knots) * (reach * 2 / width)
        bend = functional.interpolate(bend, (height, width), mode="bicubic", align_corners=True)
        grid = grid + bend.permute(0, 2, 3, 1)
    x = functional.grid_sample(x, grid, align_corners=False)

    # Sampling softens every edge. Steepening them again around a threshold also moves them a little.
    x = x / x.amax((1, 2, 3), keepdim=True).clamp_min(1)
    steeper = 1 + (CONTRAST - 1) * draw(1, 1, 1).abs()
    threshold = 0.5 + 0.1 * draw(1, 1, 1)
    x = (x - threshold).mul_(steeper).add_(threshold).clamp_(0, 1)
    return (x * strongest).round_().to(torch.uint8)


def misspell(tokens: Tensor) -> Tensor:
    """Words with some of their letters replaced by any others, so that none can be learnt by heart.

    tokens: (N, T) int64, places in the alphabet. Returns the same shape, on the same device.
    """
    draw = torch.rand(tokens.shape).to(tokens.device)
    other = torch.randint(len(LETTERS), tokens.shape).to(tokens.device)
    return torch.where(draw < NOISE, other, tokens)
