"""A real Slurm on this machine alone: one node, accounting, fake GPUs, on the loopback interface.

It needs root, the Debian packages below and a machine to itself, such as a container: Snakemake's
executor finds Slurm's configuration at /etc/slurm only.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

PACKAGES = ("slurm-wlm", "slurmdbd", "munge", "mariadb-server")
PROGRAMS = ("sbatch", "slurmctld", "slurmd", "slurmdbd", "munged", "mariadbd")
CONFIGURATION = Path("/etc/slurm")
MARK = "# Written by tests/cluster.\n"
GPUS = 2
PATIENCE = 60
"""Seconds that a daemon may take to answer."""

SLURM = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
# A job that is put back into the queue may start again after this many seconds, else after 120.
AuthInfo=cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
KillWait=2
# Without control groups it is the accounting that measures memory, and kills what takes too much.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStorageTRES=gres/gpu
AccountingStoreFlags=job_comment
AccountingStorageEnforce=associations
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} Gres=gpu:{gpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""

# A GPU is a file that is there; nothing opens it.
GRES = "NodeName={host} Name=gpu File={folder}/gpu[0-{last}]\n"

SLURMDBD = """\
AuthType=auth/munge
DbdHost=localhost
DbdAddr=127.0.0.1
SlurmUser=root
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StorageLoc=slurm_acct_db
"""


def missing() -> str:
    """Why Slurm cannot be started here, or nothing."""
    absent = [name for name in PROGRAMS if shutil.which(name, path=search_path()) is None]
    if absent:
        return f"{', '.join(absent)} not found: apt-get install {' '.join(PACKAGES)}"
    if os.geteuid() != 0:
        return "only root can start Slurm's daemons"
    present = CONFIGURATION / "slurm.conf"
    if present.exists() and not present.read_text().startswith(MARK):
        return f"{present} belongs to another Slurm, which is left alone"
    # The tests of another session, or daemons left over from one that was killed.
    if succeeds("pidof", "slurmctld"):
        return "a Slurm runs here already"
    return ""


def search_path() -> str:
    return os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin"


class SingleNode:
    """The daemons and where they keep their state."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.daemons: list[subprocess.Popen] = []

    def start(self) -> None:
        self._configure()
        database = self.folder / "database"
        options = ["--no-defaults", "--user=root", f"--datadir={database}"]
        run("mariadb-install-db", *options, "--auth-root-authentication-method=normal")
        # No tables of rights: any local user may do anything, and nobody else can connect.
        self._daemon("mariadbd", *options, *self._database_socket())
        wait_for("mariadb", lambda: succeeds("mariadb-admin", "--user=root", "ping"))
        self._munge()
        self._daemon("slurmdbd", "-D")
        wait_for("slurmdbd", lambda: succeeds("sacctmgr", "-n", "show", "cluster"))
        run("sacctmgr", "-i", "add", "cluster", "test")
        run("sacctmgr", "-i", "add", "account", "study")
        run("sacctmgr", "-i", "add", "user", "root", "account=study")
        self._daemon("slurmctld", "-D")
        self._daemon("slurmd", "-D")
        wait_for("a node that is idle", lambda: "idle" in output("sinfo", "-h", "-o", "%T"))

    def stop(self) -> None:
        """End every daemon, the database last, and take the configuration away."""
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for name in ("slurm.conf", "slurmdbd.conf", "gres.conf"):
            (CONFIGURATION / name).unlink(missing_ok=True)

    def logs(self) -> str:
        """The ends of the daemons' logs, for the message of a failure."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}"
            for path in sorted(self.folder.glob("*.log"))
        )

    def _configure(self) -> None:
        CONFIGURATION.mkdir(exist_ok=True)
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        for number in range(GPUS):
            (self.folder / f"gpu{number}").touch()
        megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        values = {
            "host": socket.gethostname(),
            "folder": self.folder,
            "cores": os.cpu_count(),
            "memory": megabytes * 9 // 10,
            "gpus": GPUS,
            "last": GPUS - 1,
        }
        for name, text in (("slurm", SLURM), ("gres", GRES), ("slurmdbd", SLURMDBD)):
            path = CONFIGURATION / f"{name}.conf"
            path.write_text(MARK + text.format(**values))
            path.chmod(0o600 if name == "slurmdbd" else 0o644)

    def _database_socket(self) -> list[str]:
        # Slurm looks for the database of localhost at the client library's default place only.
        place = Path("/run/mysqld/mysqld.sock")
        place.parent.mkdir(exist_ok=True)
        return ["--skip-networking", "--skip-grant-tables", f"--socket={place}"]

    def _munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        files = {"key-file": key} | {
            f"{name}-file": self.folder / f"munge.{name}" for name in ("pid", "seed", "log")
        }
        options = [f"--{name}={path}" for name, path in files.items()]
        # At its default place, the only one where all of Slurm's tools look for it.
        place = Path("/run/munge/munge.socket.2")
        place.parent.mkdir(exist_ok=True)
        # Forced, as it dislikes the modes of temporary folders.
        self._daemon("munged", "--foreground", "--force", f"--socket={place}", *options)
        wait_for("munge", lambda: succeeds("munge", "--no-input"))

    def _daemon(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.out.log").open("w") as log:
            self.daemons.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=environment())
            )


def wait_for(what: str, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not answer within {PATIENCE} s")
        time.sleep(0.2)


def environment() -> dict[str, str]:
    return os.environ | {"PATH": search_path()}


def succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, env=environment()).returncode == 0


def output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    return done.stdout


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
