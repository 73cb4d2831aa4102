"""The executors: they get the program, and are asked whether they are fit for the work."""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import io
import marshal
import threading
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from voterlist.errors import UsageError
from voterlist.spark.failures import in_task, in_words
from voterlist.spark.work import Work
from voterlist.storage.temporary import private_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PATIENCE = 120.0
"""Seconds within which the cluster has to begin with the first small task. Executors that are made
for a job, as on Kubernetes, take a minute."""

_LIBRARIES = ("numpy", "pyarrow", "rapidfuzz")
"""On their versions the values of a result rest."""
_TASKS = 16
"""Tasks that ask: enough for every machine of a small cluster, and no work for a large one."""
_EPOCH = (2020, 1, 1, 0, 0, 0)
_UNCHECKED = (0b01).to_bytes(4, "little")
"""What says that a compiled module is known by a digest of its source, which nobody looks at."""
_LOOKED = "library string, version string, sees boolean"


def prepare(
    spark: SparkSession, work: Work | None, *, patience: float = PATIENCE
) -> None:
    """Send the program to the executors, and see that they are fit for the work.

    Args:
        spark: a session of any kind; Spark Connect as well.
        work: must be seen by every executor under the same path. None: nothing is written yet.
        patience: seconds within which the first small task has to be done.

    Raises:
        UsageError: ``spark-no-workers`` where none works for us in that time,
            ``spark-other-python``, ``spark-no-package`` or ``spark-other-library`` where an
            executor's Python is not like this one, ``work-not-shared`` where one does not see the
            work folder.
        StageError: the cluster fails otherwise.
    """
    spark.addArtifact(str(_program()), pyfile=True)
    folder = Path() if work is None else work.folder
    probe = folder if work is None else work.probe()
    looked = _within(patience, spark, _asking(spark, probe), folder)
    if work is not None and not all(looked.column("sees").to_pylist()):
        raise UsageError(
            f"an executor does not see {folder}",
            code="work-not-shared",
            places={"path": str(folder)},
        )
    _require_same_libraries(looked)


@cache
def _program() -> Path:
    """An archive of the program, which stands until this process ends.

    Each module stands in it compiled as well, so that no worker of Python compiles it again.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, item in sorted(_files(resources.files("voterlist"), "voterlist")):
            written = item.read_bytes()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), written)
            if name.endswith(".py"):
                info = zipfile.ZipInfo(f"{name}c", _EPOCH)
                archive.writestr(info, _compiled(name, written))
    # A session refuses another file under a name that it knows.
    digest = hashlib.sha256(content.getvalue()).hexdigest()[:12]
    opened = ExitStack()
    atexit.register(opened.close)
    path = opened.enter_context(private_folder()) / f"voterlist-{digest}.zip"
    path.write_bytes(content.getvalue())
    return path


def _compiled(name: str, source: bytes) -> bytes:
    """A module as Python keeps it beside its source; the source is not asked again (PEP 552)."""
    # Where a task fails is told from this: the place in the program.
    code = compile(source, f"program/{name}", "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    """(Path in the archive, file) of the whole program."""
    for item in folder.iterdir():
        name = f"{prefix}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _files(item, name)
        else:
            yield name, item


def _asking(spark: SparkSession, probe: Path) -> DataFrame:
    """What the executors tell of themselves, once it is asked for."""
    path = str(probe)

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            versions = [metadata.version(name) for name in _LIBRARIES]
            sees = [Path(path).exists()] * len(_LIBRARIES)
            columns = [pa.array(_LIBRARIES), pa.array(versions), pa.array(sees)]
            yield pa.RecordBatch.from_arrays(
                columns, names=["library", "version", "sees"]
            )

    tasks = spark.range(0, _TASKS, 1, _TASKS)
    return tasks.mapInArrow(in_task("probe", look), _LOOKED)


@dataclass(slots=True)
class _Answer:
    table: pa.Table | None = None
    errors: list[Exception] = field(default_factory=list)


def _within(
    seconds: float, spark: SparkSession, frame: DataFrame, folder: Path
) -> pa.Table:
    """The rows of a frame. Spark itself would wait for workers for ever.

    Raises:
        UsageError: they are not there in that time.
    """
    answer = _Answer()

    def ask() -> None:
        try:
            answer.table = frame.toArrow()
        except Exception as error:  # noqa: BLE001  raised by the thread that waits
            answer.errors.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        spark.interruptAll()
        raise UsageError(
            f"no worker began within {seconds:.0f} seconds",
            code="spark-no-workers",
            places={"seconds": f"{seconds:.0f}"},
        )
    for error in answer.errors:
        raise in_words(error, folder) from None
    return answer.table


def _require_same_libraries(looked: pa.Table) -> None:
    """Other versions could give other values, and no two runs would be alike."""
    rows: list[dict[str, Any]] = looked.to_pylist()
    for row in sorted(rows, key=lambda row: (row["library"], row["version"])):
        here = metadata.version(row["library"])
        if row["version"] != here:
            places = {"name": row["library"], "here": here, "there": row["version"]}
            raise UsageError(
                f"{row['library']} is {here} here and {row['version']} on an executor",
                code="spark-other-library",
                places=places,
            )
