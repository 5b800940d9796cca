"""Jupyter kernels that are forked instead of started: a kernel provisioner for ``jupyter_client``.

For notebooks that need the whole protocol (widgets, comms), which the quicker fork without a kernel has not. Whoever
starts kernels with ``jupyter_client`` can use it: a kernelspec names it in its metadata,

    "kernel_provisioner": {"provisioner_name": "sozlib-forked", "config": {"snapshot": "…", "memory": 4096}}

References
----------
jupyter_client: Customizing the kernel's runtime environment (Kernel Provisioning).
"""

from __future__ import annotations

import atexit
import os
import signal
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Int, Unicode

from sozlib.batch.companion import Companion, CompanionEndedError
from sozlib.batch.limits import Limits
from sozlib.batch.nursery import Birth, Ended, Look

#: Name of the entry point.
NAME = "sozlib-forked"

#: How a kernel ended that went with the process from which it was forked.
_ORPHANED = Ended(
    -signal.SIGKILL, "DeadKernelError", "Der Prozess, von dem der Kernel abzweigt, hat sich beendet", {}, True
)

_LAUNCHER = "ipykernel_launcher"

_nursery: Companion | None = None


def _ask(request: Birth | Look) -> Any:
    """Ask this process's nursery; it is started with the first kernel and ends with this process.

    Raises
    ------
    CompanionEndedError
        It was ended from outside before it had forked a kernel.
    """
    global _nursery
    if _nursery is None or not _nursery.alive:
        if isinstance(request, Look):
            return _ORPHANED
        _nursery = Companion("sozlib.batch.nursery")
        atexit.register(_nursery.close)
    try:
        return _nursery.ask(request)
    except CompanionEndedError as error:
        _nursery.process.wait()
        if isinstance(request, Look):
            return _ORPHANED
        raise CompanionEndedError(f"{_ORPHANED.why}.") from error


class ForkedKernel:
    """A forked kernel with the methods of ``subprocess.Popen`` that ``jupyter_client`` calls."""

    stdin = stdout = stderr = None

    def __init__(self, birth: Birth):
        self.pid = int(_ask(birth))
        self.ended: Ended | None = None

    def poll(self) -> int | None:
        """Exit code, None while it lives."""
        if self.ended is None:
            self.ended = _ask(Look(self.pid))
        return None if self.ended is None else self.ended.code

    def wait(self) -> int | None:
        """Exit code of a kernel that has ended, which ``jupyter_client`` makes sure of."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to a kernel that lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it, and what it has started."""
        self.send_signal(signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):
    """Forks ``ipykernel`` from a process that has imported what chapters need."""

    memory = Int(Limits.memory, help="Megabytes that a kernel may take beside what it shares; 0 for no limit.")
    output = Int(Limits.output, help="Megabytes that a kernel may write to standard output and error.")
    snapshot = Unicode("", help="Folder of the snapshot to open beforehand.")
    #: The kernel, also after its end.
    kernel: ForkedKernel | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel; see ``LocalProvisioner``."""
        if _LAUNCHER not in cmd:
            raise RuntimeError(f"Nur Python-Kernel (ipykernel) können abzweigen, nicht „{' '.join(cmd)}“.")
        birth = Birth(
            tuple(cmd[cmd.index(_LAUNCHER) + 1 :]),
            dict(kwargs.get("env") or os.environ),
            str(kwargs.get("cwd") or os.getcwd()),
            Limits(memory=self.memory, output=self.output),
            self.snapshot,
        )
        self.cwd = birth.folder
        self.kernel = ForkedKernel(birth)
        self.process = self.kernel  # type: ignore[assignment]  # a Popen as far as it is asked
        self.pid = self.pgid = self.kernel.pid
        return self.connection_info


class ForkedKernelManager(AsyncKernelManager):
    """Starts the kernel of any Python kernelspec with the provisioner."""

    provisioning = Dict(help="Traits of the provisioner.")

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The kernelspec, with the provisioner in its metadata."""
        spec = super().kernel_spec
        if spec is not None:
            named = {"provisioner_name": NAME, "config": dict(self.provisioning)}
            spec.metadata = {**spec.metadata, "kernel_provisioner": named}
        return spec


# An installation from before the entry point existed has it too.
KernelProvisionerFactory.instance().provisioners.setdefault(
    NAME, EntryPoint(NAME, f"{__name__}:{ForkedProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME)
)
