"""Runs a server for as long as whoever asked for it is there, and says when it listens.

    held.py READY PROGRAM ARGUMENT…

Prints one line as soon as the server has printed one with READY in it. What the server prints goes to
standard error. Standard input is a pipe that nobody writes to: it ends when the process at its other
end does, however that came about, so no server is left behind by a test that was killed. The server
works in a folder of its own, which goes with it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading

# Seconds until the slowest must listen, on a machine that is busy with other tests.
PATIENCE = 120


def main(ready, command):
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # The way to loopback does not lead through a proxy.
            env={**os.environ, "PYTHONUNBUFFERED": "1", "NO_PROXY": "*"},
            start_new_session=True,
        )

        def stop():
            try:
                os.killpg(server.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

        def stop_when_left():
            sys.stdin.buffer.read()
            stop()

        threading.Thread(target=stop_when_left, daemon=True).start()
        late = threading.Timer(PATIENCE, stop)
        late.daemon = True
        late.start()
        waiting = True
        for line in server.stdout:
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            if waiting and ready.encode() in line:
                waiting = False
                late.cancel()
                print("ready", flush=True)
        server.wait()
    # The thread may still be reading, and nothing it could read matters any more.
    os._exit(0)


main(sys.argv[1], sys.argv[2:])
