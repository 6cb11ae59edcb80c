"""Gathers the slices' models for Django; nothing else."""

from analytics.metrics.models import (
    CustomerDay,
    CustomerRefresh,
    CustomerStart,
    JourneyExposure,
    RollupPoint,
)

__all__ = [
    "CustomerDay",
    "CustomerRefresh",
    "CustomerStart",
    "JourneyExposure",
    "RollupPoint",
]
