"""Runs a program with 1, 2 and 4 ranks, which must print the same.

usage: check_tutorial.py MPIEXEC PROGRAM [ARGUMENT...]
"""
import sys

import launch


def main():
    mpiexec, *program = sys.argv[1:]
    texts = {}
    for ranks in (1, 2, 4):
        done = launch.run(mpiexec, ranks, *program)
        print(done.stdout)
        if done.returncode != 0:
            sys.exit(f"{ranks} ranks: ended with {done.returncode}")
        texts[ranks] = done.stdout
    sys.exit("the outputs differ" if len(set(texts.values())) > 1 else 0)


main()
