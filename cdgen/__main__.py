"""The program's entry: the few forms that run all day go through the front door, everything else to the command line."""

import sys

QUICK = (["check"], ["-q", "check"], ["--quiet", "check"], ["check", "--quiet"], ["--version"], ["--help"], ["-h"])


def main() -> int:
    """The exit code. Imports nothing but `sys` before it knows the form: start-up is most of an unchanged `check`."""
    arguments = sys.argv[1:]
    if arguments in QUICK:
        from cdgen.front import answer

        if answer(arguments):
            return 0
        if arguments == ["check", "--quiet"]:
            arguments.reverse()  # where the command line has its common options
    from cdgen.cli.main import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
