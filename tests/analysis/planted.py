"""Areas of known types, for all tests of the typology."""

import numpy as np

PLANTED = np.repeat([0, 1, 2], [14, 12, 10])
CENTRES = np.array([[-3.0, 0.0, 2.0], [0.0, 3.0, -1.0], [3.0, -2.0, 0.0]])


def areas(spread: float = 0.5, seed: int = 3) -> np.ndarray:
    return CENTRES[PLANTED] + np.random.default_rng(seed).normal(0, spread, (len(PLANTED), 3))
