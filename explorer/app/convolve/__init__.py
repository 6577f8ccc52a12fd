"""The Convolve panel: a convolution, one product at a time."""
