"""The app that these tests serve."""
