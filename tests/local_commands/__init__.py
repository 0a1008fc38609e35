"""Tests of `python -m local` and of what make installs."""
