#!/usr/bin/env python3
"""CPU time of whole processes: prints the median, in milliseconds, of each command.

Usage: cpu_time.py TURNS COMMAND [COMMAND ...]     each command is one argument, split at spaces

The commands take turns, so that a busy machine changes all of them. What a process used comes from the kernel when it
ends: user and system time of all its threads, with starting it and ending it.
"""
import os
import statistics
import sys


def cpu_time(command):
    """User and system time of one run in milliseconds."""
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: there are findings
        sys.exit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def main():
    turns, commands = int(sys.argv[1]), [command.split() for command in sys.argv[2:]]
    for command in commands:
        cpu_time(command)  # the first run reads the program from disk
    times = [[cpu_time(command) for command in commands] for _ in range(turns)]
    for of_one in zip(*times):
        print(f"{statistics.median(of_one):.2f}")


main()
