# SPDX-License-Identifier: ISC
"""Three network namespaces and the processes in them, all gone when the lab is left.

    client 10.10.1.2 (and .20 to .39)  --  10.10.1.1 resolver 10.10.2.1  --  10.10.2.2 to .5 attacker

Nothing leads out of them: no packet of the lab can reach a real network. Names carry the
process id, so two labs do not meet. Only processes started here are ended, by their id.
"""
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

CLIENT = "10.10.1.2"
CLIENTS = [f"10.10.1.{n}" for n in range(20, 40)]
RESOLVER = "10.10.1.1"
FOLDER = "10.10.1.9"  # the forwarder of fold.py, beside the resolver
IODINED = "10.10.2.2"
DNS2TCPD = "10.10.2.3"
NAMESERVER = "10.10.2.5"

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class LabError(Exception):
    pass


class Lab:
    def __init__(self):
        self.names = {role: f"dnshound-{os.getpid()}-{role}"
                      for role in ("client", "resolver", "attacker")}
        self.processes = []
        self.work = None

    def __enter__(self):
        # What daemons fork becomes ours when they end, so that we can reap it.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.clear_after_the_killed()
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="dnshound-lab-"))
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop_all()
        for name in self.names.values():
            self.end_left_over(name)
            self.delete(name)
        try:
            os.rmdir("/etc/netns")
        except OSError:
            pass  # somebody else's, or not there
        shutil.rmtree(self.work, ignore_errors=True)

    @staticmethod
    def delete(namespace):
        subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)
        shutil.rmtree(f"/etc/netns/{namespace}", ignore_errors=True)

    def clear_after_the_killed(self):
        """A lab ended by kill -9 takes its processes along, but not its namespaces."""
        listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
        for name in re.findall(r"^dnshound-\d+-\w+", listed, re.M):
            if not os.path.exists(f"/proc/{name.split('-')[1]}"):
                self.delete(name)

    @staticmethod
    def end_left_over(namespace):
        """Ends what still runs in a namespace of ours: children of daemons, so ours too."""
        left = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True)
        for pid in left.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, 0 if left.stdout else os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            pass

    def build(self):
        client, resolver, attacker = self.names.values()
        for name in self.names.values():
            self.ip("netns", "add", name)
            self.ip("-n", name, "link", "set", "lo", "up")
        conf = pathlib.Path(f"/etc/netns/{client}")
        conf.mkdir(parents=True)
        (conf / "resolv.conf").write_text(f"nameserver {RESOLVER}\n")
        self.wire(client, "net0", resolver, "net0")
        self.wire(attacker, "net0", resolver, "net1")
        for address in (CLIENT, *CLIENTS):
            self.ip("-n", client, "addr", "add", f"{address}/24", "dev", "net0")
        for address in (RESOLVER, FOLDER):
            self.ip("-n", resolver, "addr", "add", f"{address}/24", "dev", "net0")
        self.ip("-n", resolver, "addr", "add", "10.10.2.1/24", "dev", "net1")
        for address in (IODINED, DNS2TCPD, NAMESERVER):
            self.ip("-n", attacker, "addr", "add", f"{address}/24", "dev", "net0")
        self.ip("-n", client, "route", "add", "default", "via", RESOLVER)
        self.ip("-n", attacker, "route", "add", "default", "via", "10.10.2.1")
        self.run("resolver", "sysctl", "-q", "net.ipv4.ip_forward=1")

    def wire(self, a, a_end, b, b_end):
        self.ip("link", "add", a_end, "netns", a, "type", "veth", "peer", "name", b_end, "netns", b)
        self.ip("-n", a, "link", "set", a_end, "up")
        self.ip("-n", b, "link", "set", b_end, "up")

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    def command(self, role, words):
        return ["ip", "netns", "exec", self.names[role], *map(str, words)]

    def run(self, role, *words, timeout=120, **options):
        """Runs a command to its end; LabError when it fails."""
        try:
            return subprocess.run(self.command(role, words), check=True, timeout=timeout,
                                  stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, **options)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise LabError(f"{words[0]}: {error}") from error

    def start(self, role, *words, log):
        """Starts a command that stays; its output goes to the file `log` in the work folder."""
        with open(self.work / log, "wb") as out:
            process = subprocess.Popen(self.command(role, words), stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=out, preexec_fn=die_with_parent)
        self.processes.append(process)
        return process

    def log(self, name):
        return (self.work / name).read_text(errors="replace")

    def wait_for(self, what, said, process, seconds=60):
        """Waits until said() holds; LabError when the process ends or the time is over."""
        end = time.monotonic() + seconds
        while not said():
            if process.poll() is not None:
                raise LabError(f"{what} ended with {process.returncode}")
            if time.monotonic() > end:
                raise LabError(f"{what}: nothing within {seconds} s")
            time.sleep(0.05)

    def stop(self, process, seconds=3):
        if process in self.processes:
            self.processes.remove(process)
        if process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self):
        for process in self.processes[::-1]:
            self.stop(process)
