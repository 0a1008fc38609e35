"""management.azure.com."""

from local.azure.arm.app import ArmApp

__all__ = ["ArmApp"]
