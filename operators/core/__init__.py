"""Pure: frozen models and the decisions over them. No azure, no os, no clock, no I/O; `now` is always passed in."""
