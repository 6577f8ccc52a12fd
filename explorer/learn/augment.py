"""Digits as other hands would write them: a new variation of each image at every step."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

TURN = 0.22
"""Largest rotation, radians."""
SLANT = 0.25
"""Largest shear."""
STRETCH = 0.15
"""Largest change of width and of height, as a share."""
SHIFT = 2.0
"""Largest shift, pixels."""
WAVE = 1.2
"""Size of the smooth warp, pixels."""
THICKEN = 0.9
"""Largest share of one more (or less) pixel of stroke width."""


def augment(images: Tensor) -> Tensor:
    """Turn, slant, stretch, shift, bend, and thicken or thin each image at random.

    images: (N, 1, H, W) uint8, ink bright. Returns the same; draws from torch's global generator.
    """
    n, _, height, width = images.shape
    x = images.to(torch.float32)
    device = x.device

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape).to(device) * 2 - 1

    # Stroke width first, on the sharp image: a share of the way to the dilated or the eroded one.
    share = draw(n, 1, 1, 1) * THICKEN
    thick = functional.max_pool2d(x, 3, 1, 1)
    thin = -functional.max_pool2d(-x, (2, 2), 1, 0)
    thin = functional.pad(thin, (0, 1, 0, 1))
    x = torch.where(share > 0, x + share * 0.6 * (thick - x), x + share.abs() * 0.5 * (thin - x))

    angle, slant = draw(n) * TURN, draw(n) * SLANT
    across, down = 1 + draw(n) * STRETCH, 1 + draw(n) * STRETCH
    cosine, sine = angle.cos(), angle.sin()
    matrix = torch.stack(
        [
            torch.stack([cosine * across, (slant - sine) * across, draw(n) * SHIFT * 2 / width], 1),
            torch.stack([sine * down, cosine * down, draw(n) * SHIFT * 2 / height], 1),
        ],
        1,
    )
    grid = functional.affine_grid(matrix, [n, 1, height, width], align_corners=False)
    bend = functional.interpolate(draw(n, 2, 5, 5) * (WAVE * 2 / width), (height, width), mode="bicubic")
    grid = grid + bend.permute(0, 2, 3, 1)
    return functional.grid_sample(x, grid, align_corners=False).clamp_(0, 255).to(torch.uint8)
