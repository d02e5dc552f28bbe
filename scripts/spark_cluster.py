"""A Spark cluster on this machine alone: a master and workers, on free ports of the loopback device.

    python scripts/spark_cluster.py start FOLDER [--workers 2]    prints spark://127.0.0.1:PORT
    python scripts/spark_cluster.py stop FOLDER

FOLDER holds process ids (NAME.pid), logs (NAME.log), what the workers write, and settings for those who ask the cluster
(SPARK_CONF_DIR=FOLDER/conf), under which small jobs start quickly. Needs Java 17 and pyspark.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

STARTS, ENDS = 60.0, 15.0
"""Seconds in which the cluster starts, and in which a process ends when it is asked to."""
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SETTINGS = f"""
spark.driver.extraJavaOptions {QUICK}
spark.executor.extraJavaOptions {QUICK}
spark.driver.host 127.0.0.1
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
"""
QUIET = """
rootLogger.level = error
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
"""
DEPLOY = "org.apache.spark.deploy."


def start(folder: Path, workers: int = 2, cores: int = 1, memory: str = "1g") -> str:
    """Start a cluster; returns its address when all workers are registered."""
    folder.mkdir(parents=True, exist_ok=True)
    if list(folder.glob("*.pid")):
        raise SystemExit(f"{folder}: a cluster was started here; stop it first")
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "spark-defaults.conf").write_text(SETTINGS)
    (folder / "conf" / "log4j2.properties").write_text(QUIET)
    port = _free_port()
    _launch(folder, "master", f"{DEPLOY}master.Master", "--port", str(port), "--webui-port", "0")
    address = f"spark://127.0.0.1:{port}"
    try:
        _await(folder, rf"Starting Spark master at {address}", 1)
        for n in range(1, workers + 1):
            own = (
                "--cores",
                str(cores),
                "--memory",
                memory,
                "--webui-port",
                "0",
                "--work-dir",
                str(folder / f"work{n}"),
            )
            _launch(folder, f"worker{n}", f"{DEPLOY}worker.Worker", *own, address)
        _await(folder, "Registering worker", workers)
    except BaseException:
        stop(folder)
        raise
    return address


def stop(folder: Path) -> None:
    """End what `start` started, by its process ids."""
    for path in sorted(folder.glob("*.pid"), reverse=True):  # workers before the master
        pid = int(path.read_text())
        for sign, seconds in ((signal.SIGTERM, ENDS), (signal.SIGKILL, ENDS)):
            if not _ours(pid):
                break
            os.kill(pid, sign)
            deadline = time.monotonic() + seconds
            while _ours(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
        path.unlink()


def _launch(folder: Path, name: str, entry: str, *arguments: str) -> None:
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK,
        "PYSPARK_PYTHON": sys.executable,
    }
    command = [str(home / "bin" / "spark-class"), entry, "--host", "127.0.0.1", *arguments]
    with (folder / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(  # spark-class becomes the Java process, so that this is its id
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    (folder / f"{name}.pid").write_text(str(started.pid))


def _await(folder: Path, pattern: str, times: int) -> None:
    """Wait until the master's log says something so many times."""
    deadline = time.monotonic() + STARTS
    log = folder / "master.log"
    while len(re.findall(pattern, log.read_text(errors="replace"))) < times:
        for path in folder.glob("*.pid"):
            if not _ours(int(path.read_text()), starting=True):
                tail = path.with_suffix(".log").read_text(errors="replace").strip()[-500:]
                raise SystemExit(f"{path.stem} ended: {tail}")
        if time.monotonic() > deadline:
            raise SystemExit(f"{folder}: the cluster did not start within {STARTS:.0f} s; see its logs")
        time.sleep(0.05)


def _ours(pid: int, starting: bool = False) -> bool:
    """Whether a process id is still that of a process of the cluster, and not one given anew."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return state != "Z" and (DEPLOY in words or starting)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cores", type=int, default=1, help="of each worker")
    parser.add_argument("--memory", default="1g", help="of each worker")
    chosen = parser.parse_args()
    if chosen.action == "stop":
        stop(chosen.folder)
    else:
        print(start(chosen.folder, chosen.workers, chosen.cores, chosen.memory))


if __name__ == "__main__":
    main()
