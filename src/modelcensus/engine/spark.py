"""Sessions on a Spark cluster of the user's own. Knows nothing of what runs there."""

import os
import re
import shutil
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from modelcensus.vocabulary import InputError, RequestError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ANSWERS = 5.0
"""Seconds in which a master accepts a connection."""
WORKERS = 60.0
"""Seconds in which a cluster gives the first processor."""
CONFIGURATION = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # a file is read in one task for minutes; a worker that has gone is noticed by its closed connection long before this
    "spark.network.timeout": "300s",
}
_MASTER = re.compile(r"spark://([\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})")


@contextmanager
def spark_session(master: str) -> Iterator["SparkSession"]:
    """A session on the cluster of a master (`spark://HOST:PORT`), which ends with the block.

    Python on the workers is what PYSPARK_PYTHON names, else the path of the one that runs here. Further settings are
    those of the Spark installation (SPARK_CONF_DIR).
    """
    host = _reachable(master)
    if "JAVA_HOME" not in os.environ and not shutil.which("java"):
        raise InputError("no Java", where="--engine", remedy="install Java 17 or newer, or set JAVA_HOME")
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError("pyspark is not installed", where="--engine", remedy="install modelcensus[spark]") from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("modelcensus")  # type: ignore[union-attr]
    for name, value in {**CONFIGURATION, **_quietly()}.items():
        builder = builder.config(name, value)
    if socket.gethostbyname(host).startswith("127."):  # the driver's own name may lead elsewhere
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1")
    try:
        session = builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise InputError(
            f"no Spark session ({_first_line(error)})",
            where=f"--engine {master}",
            remedy="see docs/counting-spark.md",
        ) from error
    try:
        _await_workers(session, master)
        yield session
    finally:
        session.stop()


@contextmanager
def failures_named(master: str) -> Iterator[None]:
    """A job that fails on the cluster is said so, with the cause of its task."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        lines = [s.strip() for s in str(error).splitlines()]
        causes = [s for s in lines if re.match(r"(modelcensus\.|[A-Z]?\w*(Error|Exception): )", s)]
        raise InputError(
            f"the job failed on the cluster ({(causes or lines or [''])[-1][:300]})",
            where=f"--engine {master}",
            remedy="logs must lie under the same path on every machine, with the same modelcensus installed"
            " (docs/counting-spark.md)",
        ) from error


def _quietly() -> dict[str, str]:
    """Settings under which Spark itself says nothing here, where the user has none of his own."""
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")  # no frame is made here
    if "SPARK_CONF_DIR" in os.environ:
        return {}
    file = files("modelcensus.engine") / "spark_log4j2.properties"
    return {"spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={file}"}


def _reachable(master: str) -> str:
    match = _MASTER.fullmatch(master)
    if not match or not 0 < int(match[2]) < 65_536:
        raise RequestError(f"{master!r} is no engine", where="--engine", remedy="write duckdb or spark://HOST:PORT")
    try:
        socket.create_connection((match[1].strip("[]"), int(match[2])), ANSWERS).close()
    except OSError as error:
        raise InputError(
            f"no master answers ({error.strerror or error})", where=f"--engine {master}", remedy="start the cluster"
        ) from error
    return match[1].strip("[]")


def _await_workers(session: "SparkSession", master: str) -> None:
    """Wait until the cluster has given an executor: without one a job would wait for ever."""
    deadline = time.monotonic() + WORKERS
    status = session.sparkContext._jsc.sc()  # type: ignore[union-attr]
    while status.getExecutorMemoryStatus().size() < 2:  # the driver is one
        if time.monotonic() > deadline:
            raise InputError(
                "no worker of the cluster gives a processor", where=f"--engine {master}",
                remedy="start workers, or end what occupies them",
            )  # fmt: skip
        time.sleep(0.1)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
