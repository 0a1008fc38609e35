"""What does Pulley cost? Each file measures one thing and prints it: `.venv/bin/python -m bench.imports`."""
