"""From raw tables to tidy, validated observations.

What an office delivers is described in ``parameters/sources/*.yml`` (:mod:`sozlib.observations.source`) and read by
:func:`load_observations`, which collects everything that is wrong before anything is computed.
"""

from sozlib.observations.load import Observations, check, collect, load_observations
from sozlib.observations.schema import OBSERVATION_COLUMNS

__all__ = ["OBSERVATION_COLUMNS", "Observations", "check", "collect", "load_observations"]
