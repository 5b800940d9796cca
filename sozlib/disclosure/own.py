"""What readers may see of their own areas although the public edition hides it.

A municipality may know its own small counts. But a count of its own may also be hidden to protect a neighbour: whoever
sees it and has the public edition could subtract it from a published total and find the neighbour's. So own counts are
opened one and all, and then as many of them are closed again as the others' protection needs; what the public edition
shows stays shown, because these readers hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.concealment import Sum, conceal


@dataclass(frozen=True)
class Own:
    """The areas that readers answer for.

    Parameters
    ----------
    areas
        Ids, of the reporting level and of sums that consist of own areas only.
    minimum
        Own counts above zero and below it stay hidden from them, too.
    """

    areas: frozenset[str]
    minimum: int = 0

    def __bool__(self) -> bool:
        return bool(self.areas)

    @classmethod
    def of(cls, own: Sequence[str], areas: pd.DataFrame, minimum: int) -> Own:
        """With every sum whose parts are all own.

        Parameters
        ----------
        own
            Ids of the reporting level.
        areas
            Areas of all levels.
        minimum
            See :class:`Own`.
        """
        mine = frozenset(own)
        while own:
            whole = areas.assign(mine=areas["id"].isin(mine)).groupby("parent")["mine"].all()
            more = mine | {str(area) for area in whole.index[whole]}
            if more == mine:
                break
            mine = more
        return cls(mine, minimum)

    def disclosed(
        self,
        hidden: npt.NDArray[np.bool_],
        sizes: npt.NDArray[np.float64],
        least: npt.NDArray[np.float64],
        area: pd.Series,
        sums: Sequence[Sum],
        minimum: float | npt.NDArray[np.float64],
        primary: npt.NDArray[np.bool_],
        *,
        always: npt.NDArray[np.bool_] | None = None,
        told: npt.NDArray[np.bool_] | None = None,
    ) -> npt.NDArray[np.bool_]:
        """Cells that stay hidden from these readers.

        Parameters
        ----------
        hidden
            Cells that the public edition hides.
        sizes, least
            Count in each cell and the smallest part of it that needs protection; without sign.
        area
            Area of each cell.
        sums
            Sums that readers know or can make.
        minimum
            The rule for the others, see :func:`~sozlib.disclosure.concealment.conceal`.
        primary
            Cells that the rule hides if they are others'.
        always
            Cells that stay hidden from everybody.
        told
            Cells that readers know from earlier editions.

        Returns
        -------
        numpy.ndarray
            Mask; every cell of it is hidden in the public edition, too, or always.
        """
        mine = area.isin(self.areas).to_numpy()
        small = np.where(mine, (least > 0) & (least < self.minimum), primary)
        if always is not None:
            hidden, small = hidden | always, small | always
        opened = hidden & mine & ~small
        # Empty cells are never chosen: what the public edition shows cannot be closed again.
        choice = np.where(hidden | np.isnan(sizes), sizes, 0.0)
        closed = conceal(choice, hidden & small, sums, minimum, already=hidden & ~opened, told=told)
        return closed & hidden


#: Readers without areas of their own.
NOBODY = Own(frozenset())
