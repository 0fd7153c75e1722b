"""Downloads, against a server on this machine that misbehaves on demand."""

import hashlib
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import fetch
from initstudy.core.errors import InputError
from initstudy.study.sources import archive_name

SCRIPT = Path(__file__).parents[2] / "scripts" / "fetch.py"
CONTENT = bytes(range(256)) * 1000
CHECKSUM = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


class Handler(BaseHTTPRequestHandler):
    """What the path says: /good, /404, /500, /broken, /stalled, /other, /short, /flaky,
    /labelled."""

    def do_GET(self):
        self.server.requests.append(self.headers)
        kind = self.path.strip("/")
        if kind == "flaky":
            kind = "500" if len(self.server.requests) == 1 else "good"
        self.send_response(int(kind) if kind.isdigit() else 200)
        content = CONTENT[:9999] if kind == "short" else CONTENT
        self.send_header("Content-Length", str(len(content)))
        if kind == "labelled":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if kind in ("good", "short", "labelled"):
            self.wfile.write(content)
        elif kind == "other":
            self.wfile.write(CONTENT[::-1])
        elif kind in ("broken", "stalled", "slow"):
            self.wfile.write(CONTENT[:9999])
            self.wfile.flush()
            time.sleep({"stalled": 1.5, "slow": 30}.get(kind, 0))

    def log_message(self, *args):
        pass


def test_a_question_behind_an_address_is_no_part_of_the_name():
    url = "https://zenodo.org/records/1/files/cifar-10.tar.gz?download=1"
    assert archive_name(url) == "cifar-10.tar.gz"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.requests = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.5)
    monkeypatch.setattr(fetch, "RETRIES", 0)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("404", "the server answers 404 Not Found"),
        ("500", "the server answers 500 Internal Server Error"),
        ("broken", "the transfer broke off"),
        ("stalled", "the connection failed or stalled"),
        ("other", "what arrives does not match the checksum"),
        ("short", "what arrives does not match the checksum"),
    ],
)
@pytest.mark.usefixtures("_impatient")
def test_a_failure_is_explained_and_leaves_nothing(server, tmp_path, kind, reason):
    path = tmp_path / "archive.bin"
    with pytest.raises(InputError) as caught:
        fetch.fetch(f"{server.url}/{kind}", CHECKSUM, path)
    assert str(caught.value) == (
        f"{server.url}/{kind} cannot be downloaded ({reason}): get the file elsewhere and put it "
        f"at {path}"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/a", "the connection failed"),
        ("nowhere", "Invalid URL"),
        ("ftp://127.0.0.1/a", "No connection adapters"),
    ],
)
@pytest.mark.usefixtures("_impatient", "server")
def test_an_unreachable_address_is_explained(tmp_path, url, reason):
    with pytest.raises(InputError, match=reason):
        fetch.fetch(url, CHECKSUM, tmp_path / "archive.bin")


def test_a_failed_attempt_is_repeated(server, tmp_path, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    fetch.fetch(f"{server.url}/flaky", CHECKSUM, tmp_path / "archive.bin")
    assert (tmp_path / "archive.bin").read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_what_was_there_stays_until_the_right_bytes_arrive(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "RETRIES", 0)
    path = tmp_path / "archive.bin"
    path.write_bytes(b"old")
    with pytest.raises(InputError):
        fetch.fetch(f"{server.url}/other", CHECKSUM, path)
    assert path.read_bytes() == b"old"
    fetch.fetch(f"{server.url}/good", CHECKSUM, path)
    assert path.read_bytes() == CONTENT


def test_the_server_is_told_not_to_compress(server, tmp_path):
    fetch.fetch(f"{server.url}/good", CHECKSUM, tmp_path / "archive.bin")
    assert server.requests[0]["Accept-Encoding"] == "identity"


def test_a_file_that_is_labelled_as_compressed_is_kept_as_it_comes(server, tmp_path):
    fetch.fetch(f"{server.url}/labelled", CHECKSUM, tmp_path / "archive.bin")
    assert (tmp_path / "archive.bin").read_bytes() == CONTENT


def test_what_a_killed_download_leaves_is_taken_away_by_the_next(server, tmp_path):
    path = tmp_path / "archive.bin"
    command = [sys.executable, SCRIPT, "--checksum", CHECKSUM, "--output", path]
    killed = subprocess.Popen([*command, "--url", f"{server.url}/slow"], stderr=subprocess.PIPE)
    while not any(file.is_file() for file in tmp_path.rglob("*/*")):
        assert killed.poll() is None
        time.sleep(0.05)
    killed.kill()
    killed.communicate()
    assert list(tmp_path.iterdir())
    fetch.fetch(f"{server.url}/good", CHECKSUM, path)
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_line_downloads_into_a_new_folder(server, tmp_path):
    path = tmp_path / "new" / "archive.bin"
    command = [sys.executable, SCRIPT, "--url", f"{server.url}/good", "--checksum", CHECKSUM]
    result = subprocess.run([*command, "--output", path], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    (tmp_path / "ordinary").touch()  # pooch alone leaves a file that only its owner may read
    assert path.stat().st_mode == (tmp_path / "ordinary").stat().st_mode
    assert "100%" in result.stderr


def test_the_command_line_fails_with_one_sentence(server, tmp_path):
    without_retries = "import fetch; fetch.RETRIES = 0; fetch.run(fetch.main)"
    command = [sys.executable, "-c", without_retries, "--url", f"{server.url}/404"]
    command += ["--checksum", CHECKSUM, "--output", tmp_path / "archive.bin"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=SCRIPT.parent)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith(f"Error: {server.url}/404")
