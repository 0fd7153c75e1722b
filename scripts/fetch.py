"""Download one file and verify it: it appears whole and right, or not at all."""

import argparse
from pathlib import Path

import pooch
from requests import Response, exceptions

from initstudy.core.errors import InputError, run
from initstudy.core.files import scratch_beside, written_whole

TIMEOUT = 60  # seconds without a byte until an attempt counts as failed
RETRIES = 3  # further attempts, which pooch makes after 1, 2 and 3 seconds
CHUNK = 2**16  # bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="http or https address of the file")
    parser.add_argument("--checksum", required=True, help="what it is verified against: md5:...")
    parser.add_argument("--output", required=True, type=Path, help="where the file goes")
    arguments = parser.parse_args()
    fetch(arguments.url, arguments.checksum, arguments.output)


def fetch(url: str, checksum: str, path: Path) -> None:
    """Download `url` to `path`, in several attempts, and verify its checksum.

    Raises:
        InputError: no attempt brought the right bytes.
    """
    # Servers label .gz files as compressed transfers, and requests would then unpack them. Some do
    # although they are told not to compress.
    download = pooch.HTTPDownloader(
        progressbar=True,
        chunk_size=CHUNK,
        timeout=TIMEOUT,
        headers={"Accept-Encoding": "identity"},
        hooks={"response": as_sent},
    )
    # pooch leaves its own temporary file where a process is killed.
    with written_whole(path) as partial, scratch_beside(path) as folder:
        name = partial.name
        attempts = pooch.create(
            folder, "", registry={name: checksum}, urls={name: url}, retry_if_failed=RETRIES
        )
        try:
            attempts.fetch(name, downloader=download)
        except (ValueError, exceptions.RequestException) as error:
            raise InputError(
                f"{url} cannot be downloaded ({reason(error)}): get the file elsewhere and put it "
                f"at {path}"
            ) from error
        (folder / name).replace(partial)


def as_sent(response: Response, **_: object) -> None:
    """Have the bytes of a file kept as they come, whatever they are labelled."""
    response.raw.headers.pop("Content-Encoding", None)


def reason(error: Exception) -> str:
    """In a few words, why a download failed."""
    match error:
        case exceptions.HTTPError(response=response):
            return f"the server answers {response.status_code} {response.reason}"
        case exceptions.ChunkedEncodingError():
            return "the transfer broke off"
        case exceptions.Timeout():
            return f"no answer within {TIMEOUT} s"
        case exceptions.ConnectionError():
            return "the connection failed or stalled"
        case exceptions.RequestException():
            return str(error)
    return "what arrives does not match the checksum"


if __name__ == "__main__":
    run(main)
