"""Of many settings those that can still meet the hypotheses: nothing more is computed of others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.verify.setting import Setting

Array = NDArray[Any]

MANY = 64
"""Settings from which on those that are out are left behind; what is computed of fewer may be of
use to others, see `Setting.derivatives`."""


class Sieve:
    """A batch of settings, which becomes smaller.

    Attributes:
        setting: those that are left, and some that are out.
        places: where in the first batch they were.
        met: which of them have met all that was asked so far.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.places = np.arange(setting.count)
        self.met = np.ones(setting.count, dtype=bool)

    def pass_on(self, good: Array, *beside: Array) -> tuple[Array, ...]:
        """Of the settings go on with the good ones; of the arrays beside, (B,), with theirs."""
        self.met &= good
        left = np.flatnonzero(self.met)
        if self.setting.count < MANY or not 0 < 2 * left.size <= self.setting.count:
            return beside
        self.setting, self.places = self.setting.take(left), self.places[left]
        self.met = self.met[left]
        return tuple(each[left] for each in beside)

    @property
    def hopeless(self) -> bool:
        """Whether all are out."""
        return not self.met.any()
