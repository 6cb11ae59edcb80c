"""Application settings of `kernel`."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kernel"
