"""What a test says when this machine cannot run it. See skip.h."""
import os
import sys

CODE = 77  # CTest shows the test as skipped


def skip(kind, reason):
    """Ends the program. `kind`: package, hardware or data; a package is a failure where CI is set."""
    if kind == "package" and "CI" in os.environ:
        sys.exit(f"missing package: {reason}")
    print(f"skipped ({kind}): {reason}")
    sys.exit(CODE)


if __name__ == "__main__":  # skip.py KIND REASON
    skip(*sys.argv[1:])
