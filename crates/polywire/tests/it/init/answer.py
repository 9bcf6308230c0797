"""Runs a program on a terminal of its own, answers its question, and prints what it said."""

import os, pty, sys
answer, program, *arguments = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program, [program, *arguments])
os.write(terminal, answer.encode() + b"\n")
said = b""
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        break
    if not more:
        break
    said += more
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
