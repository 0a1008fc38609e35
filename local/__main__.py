"""`python -m local up|push|events|demo`: Pulley and its Azure on this machine."""

import argparse
import sys

from local import demo, events, push, up


def main(arguments: list[str]) -> int:
    """Run the named command; answer its exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, what in (
        ("up", up, "run everything until Ctrl-C"),
        ("push", push, "push an image into the registry of the `up` that runs"),
        ("events", events, "see what became of the registries' events, dead letters too"),
        ("demo", demo, "watch the story of four pushes"),
    ):
        own = commands.add_parser(name, help=what, description=command.__doc__)
        command.add_arguments(own)
        own.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    code: int = chosen.run(chosen)
    return code


sys.exit(main(sys.argv[1:]))
