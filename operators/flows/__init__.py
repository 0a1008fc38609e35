"""The flows: read → decide → act → record. Each is a short story over `core` decisions and `cloud` services."""
