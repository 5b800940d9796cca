"""From raw tables to tidy, validated observations.

What an office delivers is described in ``parameters/sources/*.yml`` (:mod:`sozlib.observations.source`).
"""
