"""Does the local Functions host do what Azure's does?"""
