"""Runs a server for as long as whoever asked for it is there.

    held.py PROGRAM ARGUMENT…

Standard input is a pipe that nobody writes to. It ends when the process at its other end does,
however that came about, so no server is left behind by a test that was killed. The server works in
a folder of its own, which goes with it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            sys.argv[1:], cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True
        )

        def stop():
            sys.stdin.buffer.read()
            try:
                os.killpg(server.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

        threading.Thread(target=stop, daemon=True).start()
        status = server.wait()
    # The thread may still be reading, and nothing it could read matters any more.
    sys.stdout.flush()
    os._exit(status & 0xFF)


main()
