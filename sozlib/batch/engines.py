"""papermill engines of this project.

``sozlib-plain`` starts a Jupyter kernel for each notebook, as papermill does by itself; it adds that a dead kernel
or a time-out leaves an error in the notebook. ``sozlib-forked`` runs the cells in a fork of a process that has
already imported what all chapters need: most of a kernel's time goes into imports, not into the chapter.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

import nbformat
from ipykernel.ipkernel import IPythonKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine, papermill_engines

from sozlib.batch.forked import ForkedCells, preload
from sozlib.batch.limits import Limits

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager

logger = logging.getLogger("papermill")

#: papermill's names of the engines.
PAPERMILL_NAME = {"plain": "sozlib-plain", "forked": "sozlib-forked"}


class PlainEngine(NBClientEngine):  # type: ignore[misc]
    """A kernel for each notebook; its death is an error in the cell that was running."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, keep: list[Any] | None = None, **kwargs: Any
    ) -> None:
        """Run the cells; see papermill's ``NBClientEngine``.

        The notebook is put into the list ``keep``: papermill gives none away that has failed.
        """
        if keep is not None:
            keep.append(nb_man.nb)
        try:
            super().execute_managed_notebook(
                nb_man, kernel_name, record_timing=False, extra_arguments=["--log-level=ERROR"], **kwargs
            )
        except (DeadKernelError, CellTimeoutError) as error:
            started = [cell for cell in nb_man.nb.cells if cell.metadata.papermill.get("start_time")]
            message = "Zeit überschritten" if isinstance(error, CellTimeoutError) else "Der Kernel ist abgestürzt"
            add_error(started[-1], type(error).__name__, message)


class ForkedEngine(Engine):  # type: ignore[misc]
    """The cells in a fork of this process, which has imported beforehand what chapters need.

    Forking is safe only from a process without other threads and without ZeroMQ contexts; elsewhere, and where the
    system has no fork, a kernel is started as usual, and the log says so.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        execution_timeout: float | None = None,
        start_timeout: float = 60,
        memory_limit: int = Limits.memory,
        output_limit: int = Limits.output,
        keep: list[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the cells in a forked child and record what it sends.

        Parameters
        ----------
        execution_timeout, start_timeout
            Seconds for each cell and for the start, as papermill documents them.
        memory_limit, output_limit
            Megabytes, see :class:`~sozlib.batch.limits.Limits`.
        keep
            Takes the notebook, as with :class:`PlainEngine`.
        kwargs
            What papermill and nbclient know further: ``log_output``, ``stdout_file``, ``allow_errors`` …
        """
        obstacle = why_not_fork()
        if obstacle:
            logger.warning("Kein Abzweigen möglich (%s): das Notebook bekommt einen eigenen Kernel.", obstacle)
            PlainEngine.execute_managed_notebook(
                nb_man, kernel_name, keep, execution_timeout=execution_timeout, start_timeout=start_timeout, **kwargs
            )
            return
        preload()
        if keep is not None:
            keep.append(nb_man.nb)
        # nbclient's own bookkeeping of outputs, so that both engines write the same notebook.
        known = {name: value for name, value in kwargs.items() if PapermillNotebookClient.class_traits().get(name)}
        known = {"record_timing": False, **known}
        recorder = PapermillNotebookClient(nb_man, kernel_name=kernel_name, log=logger, **known)
        recorder.reset_execution_trackers()
        cells = {
            index: cell
            for index, cell in enumerate(nb_man.nb.cells)
            if cell.cell_type == "code"
            and cell.source.strip()
            and recorder.skip_cells_with_tag not in cell.metadata.get("tags", ())
        }
        limits = Limits(execution_timeout, start_timeout, memory_limit, output_limit)
        with ForkedCells({index: cell.source for index, cell in cells.items()}, limits) as child:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if index in cells and not _record(child, recorder, cell, index):
                        nb_man.cell_exception(cell, index)
                        break
                finally:
                    nb_man.cell_complete(cell, index)
        nb_man.nb.metadata["language_info"] = dict(IPythonKernel.language_info)


def _record(child: ForkedCells, recorder: Any, cell: Any, index: int) -> bool:
    """Record one cell's messages; False if the notebook ends here."""
    cell.outputs = []
    recorder.clear_before_next_output = False
    reply = child.run(index, lambda message: recorder.process_message(message, cell, index))
    if reply.died:
        add_error(cell, reply.error, reply.died)
        return False
    if reply.ok:
        return True
    allowed = (
        recorder.allow_errors
        or reply.error in recorder.allow_error_names
        or "raises-exception" in cell.metadata.get("tags", ())
    )
    if not allowed or recorder.force_raise_errors:
        return False
    child.go_on()
    return True


def add_error(cell: Any, name: str, message: str) -> None:
    """Put an error output into a cell, which papermill then raises as ``PapermillExecutionError``."""
    error = nbformat.v4.new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])  # type: ignore[no-untyped-call]
    cell.outputs.append(error)


def why_not_fork() -> str:
    """Why this process must not fork, in German; empty if it may."""
    if not hasattr(os, "fork"):
        return "dieses Betriebssystem kennt kein fork"
    # The monitor of papermill's progress bar holds nothing that a child would need.
    if any(type(thread).__name__ != "TMonitor" for thread in threading.enumerate()[1:]):
        return "im Prozess laufen mehrere Threads"
    import zmq

    context = zmq.Context._instance
    if context is not None and not context.closed:
        return "im Prozess ist eine ZeroMQ-Verbindung offen"
    return ""


papermill_engines.register(PAPERMILL_NAME["plain"], PlainEngine)
papermill_engines.register(PAPERMILL_NAME["forked"], ForkedEngine)
