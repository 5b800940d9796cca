"""papermill engines of this project.

``sozlib-plain`` starts a Jupyter kernel for each notebook, as papermill does by itself; it adds that a dead kernel
or a time-out leaves an error in the notebook. ``sozlib-forked`` runs the cells in a fork of a process that has
already imported what all chapters need: most of a kernel's time goes into imports, not into the chapter.
``sozlib-kernel`` forks a whole kernel from such a process, for notebooks that need one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from ipykernel.ipkernel import IPythonKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NBClientEngine, papermill_engines

from sozlib.batch.companion import CompanionEndedError
from sozlib.batch.forked import ForkedCells, preload, prepare
from sozlib.batch.limits import Limits

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager

logger = logging.getLogger("papermill")

#: papermill's names of the engines.
PAPERMILL_NAME = {"plain": "sozlib-plain", "forked": "sozlib-forked", "kernel": "sozlib-kernel"}


_NO_FORK = "dieses Betriebssystem kennt kein fork"

#: Seconds that a kernel gets to end after ``exit()``.
_END = 5.0


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
            message = "Zeit überschritten" if isinstance(error, CellTimeoutError) else "Der Kernel ist abgestürzt"
            add_error(_started(nb_man)[-1], type(error).__name__, message)


class _ForkingEngine(Engine):  # type: ignore[misc]
    """What the engines that fork have in common: their options, and what they do where no fork is possible.

    There a kernel is started as usual, and the log says so.
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
        snapshot: str = "",
        keep: list[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the cells and record what they put out.

        Parameters
        ----------
        execution_timeout, start_timeout
            Seconds for each cell and for the start, as papermill documents them.
        memory_limit, output_limit
            Megabytes, see :class:`~sozlib.batch.limits.Limits`.
        snapshot
            Folder of the snapshot that the process from which is forked opens beforehand; "" for none.
        keep
            Takes the notebook, as with :class:`PlainEngine`.
        kwargs
            What papermill and nbclient know further: ``log_output``, ``stdout_file``, ``allow_errors`` …
        """
        if obstacle := cls.obstacle():
            logger.warning("Kein Abzweigen möglich (%s): das Notebook bekommt einen eigenen Kernel.", obstacle)
            PlainEngine.execute_managed_notebook(
                nb_man, kernel_name, keep, execution_timeout=execution_timeout, start_timeout=start_timeout, **kwargs
            )
            return
        if keep is not None:
            keep.append(nb_man.nb)
        limits = Limits(execution_timeout, start_timeout, memory_limit, output_limit)
        cls.run(nb_man, kernel_name, limits, snapshot, {**_known_to_client(kwargs), "record_timing": False})

    @classmethod
    def obstacle(cls) -> str:
        """Why no fork is possible, in German; empty if one is."""
        return "" if hasattr(os, "fork") else _NO_FORK

    @classmethod
    def run(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, limits: Limits, snapshot: str, options: dict[str, Any]
    ) -> None:
        """Run the cells; ``options`` are those of nbclient's client."""
        raise NotImplementedError


class KernelEngine(_ForkingEngine):
    """A forked kernel for each notebook: the whole Jupyter protocol, comms and widgets too."""

    @classmethod
    def run(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, limits: Limits, snapshot: str, options: dict[str, Any]
    ) -> None:
        """Run the cells in a kernel forked from this process's nursery.

        Raises
        ------
        CompanionEndedError
            The nursery was ended from outside, and the kernel with it.
        """
        from sozlib.batch.provisioner import ForkedKernelManager

        options = {"shutdown_kernel": "immediate"} | options
        options |= {"timeout": limits.cell, "startup_timeout": limits.start, "extra_arguments": ["--log-level=ERROR"]}
        provisioning = {"memory": limits.memory, "output": limits.output, "snapshot": snapshot}
        manager = ForkedKernelManager(kernel_name=kernel_name, provisioning=provisioning)
        client = _LimitedClient(limits, nb_man, km=manager, kernel_name=kernel_name, log=logger, **options)
        try:
            client.execute(cleanup_kc=True)
        except (RuntimeError, CellTimeoutError) as error:  # RuntimeError: a dead kernel, or one that never answered
            provisioner: Any = manager.provisioner
            started, kernel = _started(nb_man), provisioner.kernel
            if kernel is None:
                raise
            kernel.poll()
            if started:
                cell = started[-1]
                for name, text in kernel.ended.last_words.items():
                    cell.outputs.append(nbformat.v4.new_output("stream", name=name, text=text))  # type: ignore[no-untyped-call]
                if isinstance(error, CellTimeoutError):
                    add_error(cell, "CellTimeoutError", limits.too_long(limits.cell))
                elif client.flooded:
                    add_error(cell, "OutputLimitError", limits.too_much)
                else:
                    add_error(cell, kernel.ended.error, kernel.ended.why)
            if kernel.ended.outside:
                raise CompanionEndedError(f"{kernel.ended.why}.") from error
            if not started:
                raise


class _LimitedClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, which ends a kernel that puts out more than it may."""

    def __init__(self, limits: Limits, *args: Any, **kwargs: Any):
        super().__init__(*args, on_cell_executed=self._wait_if_left, **kwargs)
        self._left = limits.output_bytes
        self.flooded = False

    def process_message(self, message: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Record a message that is within the limit."""
        self._left -= _length(message["content"])
        if self._left < 0 and not self.flooded:
            self.flooded = True
            self.km.provisioner.kernel.kill()
        return None if self.flooded else super().process_message(message, *args, **kwargs)

    async def _wait_if_left(self, execute_reply: dict[str, Any], **_: Any) -> None:
        """After ``exit()`` no further cell shall run, be the next request quicker than the kernel's end or not."""
        if any(payload.get("source") == "ask_exit" for payload in execute_reply["content"].get("payload", ())):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.km.provisioner.wait(), _END)


def _length(content: Any) -> int:
    """Characters of all texts in a message."""
    if isinstance(content, dict):
        return sum(map(_length, content.values()))
    return len(content) if isinstance(content, str) else 0


def _started(nb_man: NotebookExecutionManager) -> list[Any]:
    return [cell for cell in nb_man.nb.cells if cell.metadata.papermill.get("start_time")]


def _known_to_client(options: dict[str, Any]) -> dict[str, Any]:
    """Those of papermill's options that nbclient knows."""
    return {name: value for name, value in options.items() if PapermillNotebookClient.class_traits().get(name)}


class ForkedEngine(_ForkingEngine):
    """The cells in a fork of this process, which has imported beforehand what chapters need.

    Forking is safe only from a process without other threads and without ZeroMQ contexts.
    """

    @classmethod
    def obstacle(cls) -> str:
        """Why this process must not fork, in German; empty if it may."""
        return why_not_fork()

    @classmethod
    def run(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, limits: Limits, snapshot: str, options: dict[str, Any]
    ) -> None:
        """Run the cells in a forked child and record what it sends."""
        if snapshot:
            prepare(Path(snapshot))
        else:
            preload()
        # nbclient's own bookkeeping of outputs, so that both engines write the same notebook.
        recorder = _Recorder(nb_man, kernel_name=kernel_name, log=logger, **options)
        recorder.reset_execution_trackers()
        cells = {
            index: cell
            for index, cell in enumerate(nb_man.nb.cells)
            if cell.cell_type == "code"
            and cell.source.strip()
            and recorder.skip_cells_with_tag not in cell.metadata.get("tags", ())
        }
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


class _Recorder(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, which leaves the check of a display to the one of the whole notebook when that is written."""

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Record what a cell puts out."""
        if msg["msg_type"] != "display_data" or display_id or self.clear_before_next_output:
            return super().output(outs, msg, display_id, cell_index)
        content = {name: msg["content"][name] for name in ("metadata", "data")}
        out = nbformat.from_dict({"output_type": "display_data", **content})  # type: ignore[no-untyped-call]
        outs.append(out)
        return out


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
        return _NO_FORK
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
papermill_engines.register(PAPERMILL_NAME["kernel"], KernelEngine)
