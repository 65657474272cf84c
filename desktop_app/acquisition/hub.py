"""The model hub over HTTP, by its own client: what is known of a file, and its bytes.

Only the downloader process imports this. Files are streamed by plain HTTP with ranges
instead of by ``hf_hub_download``, which since 1.0 writes to a name of its own each time and
deletes it when it fails, so that nothing could be gone on with
(https://github.com/huggingface/huggingface_hub/pull/4228), and instead of by hf-xet, whose
chunks could not be accounted for. Addresses, headers, redirects, proxies, time-outs
(``HF_HUB_DOWNLOAD_TIMEOUT``, ``HF_HUB_ETAG_TIMEOUT``), errors and the cache are the client's.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from huggingface_hub import __version__ as client_version
from huggingface_hub import (
    constants,
    get_hf_file_metadata,
    get_session,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # documented, not marked
    build_hf_headers,
    hf_raise_for_status,
)

from desktop_app.acquisition.wanted import Facts
from desktop_app.errors import DownloadFailed
from desktop_app.inference.manifest import ModelPart
from desktop_app.translation import mark, worded

_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_HASH = re.compile(r"[0-9a-f]{40}")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_CERTIFICATE_HINT = mark(
    "Check the clock of this computer, and ask whether a network filter opens connections."
)


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a file from ``start`` on; ``total`` is the whole file's size if it was said."""

    start: int
    total: int | None
    blocks: Iterator[bytes]


class Interrupted(Exception):
    """The connection failed in a way that may pass; ``wait`` seconds were asked for, if any."""

    def __init__(self, sentence: str, wait: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.wait = wait


class RangeRefused(Exception):
    """The server cannot go on where it was asked to, or sent something else than it said."""


def ask(part: ModelPart, path: str) -> Facts:
    """Ask what the hub knows of a file at the pinned revision.

    Raises Interrupted, and DownloadFailed also where the server gives another revision.
    """
    with _translated(part, path):
        known = get_hf_file_metadata(
            _address(part, path),
            token=False,
            headers=_headers(),
            timeout=constants.HF_HUB_ETAG_TIMEOUT,
        )
    if known.commit_hash not in (None, part.revision):
        raise DownloadFailed(
            worded(
                "The server gives another revision of {repository} than the one asked for.",
                repository=part.repository,
            ),
            mark("If HF_ENDPOINT names a mirror, try without it."),
        )
    etag = known.etag or ""
    return Facts(
        size=known.size,
        sha256=etag if _SHA256.fullmatch(etag) else "",
        git_hash=etag if _GIT_HASH.fullmatch(etag) else "",
    )


@contextmanager
def opened(part: ModelPart, path: str, *, start: int) -> Iterator[Body]:
    """Open a file's bytes from ``start`` on; the server may begin at 0 all the same.

    Raises Interrupted (also while the bytes are read), RangeRefused or DownloadFailed.
    """
    headers = {**build_hf_headers(token=False, headers=_headers()), "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    with (
        _translated(part, path),
        get_session().stream(
            "GET",
            _address(part, path),
            headers=headers,
            timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT,
            follow_redirects=True,
        ) as response,
    ):
        if response.status_code == httpx2.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise RangeRefused
        hf_raise_for_status(response)
        begins, total = _extent(response, start)
        yield Body(begins, total, response.iter_bytes())


def cached(part: ModelPart, path: str) -> tuple[Path, Facts] | None:
    """Find a file in the user's hub cache at the pinned revision.

    The cache names a file's content by the hash that the hub gave for it.
    """
    found = try_to_load_from_cache(part.repository, path, revision=part.revision)
    if not isinstance(found, str):
        return None
    blob = Path(found).resolve()
    return blob, Facts(
        sha256=blob.name if _SHA256.fullmatch(blob.name) else "",
        git_hash=blob.name if _GIT_HASH.fullmatch(blob.name) else "",
    )


def _address(part: ModelPart, path: str) -> str:
    return hf_hub_url(part.repository, path, revision=part.revision)


def _headers() -> dict[str, str]:
    # In place of the client's own, which names this computer's Python and libraries.
    return {"user-agent": f"hf_hub/{client_version}"}


def _extent(response: httpx2.Response, start: int) -> tuple[int, int | None]:
    """Say where the bytes begin and how long the whole file is; raises RangeRefused."""
    is_encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    if response.status_code != httpx2.codes.PARTIAL_CONTENT:
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdigit() and not is_encoded else None
    extent = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if extent is None or int(extent[1]) != start or is_encoded:
        raise RangeRefused
    return start, int(extent[2]) if extent[2] != "*" else None


@contextmanager
def _translated(part: ModelPart, path: str) -> Iterator[None]:
    """Turn the client's errors into ours; none of them carries an address or its secrets."""
    server = urlsplit(constants.ENDPOINT).hostname or constants.ENDPOINT
    try:
        yield
    except (HfHubHTTPError, httpx2.HTTPStatusError) as error:
        raise _refusal(
            error.response,
            worded("“{path}” of {repository}", path=path, repository=part.repository),
            server,
        ) from error
    except httpx2.TooManyRedirects as error:
        raise DownloadFailed(
            worded("The server {server} sends every request on in circles.", server=server)
        ) from error
    except httpx2.ProxyError as error:
        raise DownloadFailed(
            mark("The proxy refused the connection."),
            mark("Check the proxy in the system's settings or in HTTPS_PROXY, then go on."),
        ) from error
    except httpx2.TimeoutException as error:
        raise Interrupted(worded("The server {server} does not answer.", server=server)) from error
    except httpx2.ConnectError as error:
        raise _unreachable(error, server) from error
    except (httpx2.UnsupportedProtocol, httpx2.InvalidURL, UnicodeError) as error:
        raise DownloadFailed(
            mark("The address of the server cannot be used."),
            mark("Correct HF_ENDPOINT, or unset it to use the hub itself."),
        ) from error
    except httpx2.RequestError as error:
        raise Interrupted(mark("The connection broke.")) from error
    except OfflineModeIsEnabled as error:
        raise DownloadFailed(
            mark("The hub's client is set to work offline."),
            mark("Unset HF_HUB_OFFLINE and try again."),
        ) from error


def _refusal(response: httpx2.Response, what: str, server: str) -> DownloadFailed | Interrupted:
    status = response.status_code
    if status in _TRANSIENT:
        asked = response.headers.get("Retry-After", "")
        sentence = (
            worded("The server {server} has too many requests.", server=server)
            if status == httpx2.codes.TOO_MANY_REQUESTS
            else worded(
                "The server {server} has a problem of its own (HTTP {status}).",
                server=server,
                status=str(status),
            )
        )
        return Interrupted(sentence, float(asked) if asked.isdigit() else None)
    if status in {401, 403, 407, 451}:
        return DownloadFailed(
            worded(
                "The server {server} does not give away {what} (HTTP {status}).",
                server=server,
                what=what,
                status=str(status),
            ),
            mark("A network filter or proxy may be in between; another network may help."),
        )
    if status in {404, 410}:
        return DownloadFailed(
            worded(
                "The server {server} does not have {what} (HTTP {status}).",
                server=server,
                what=what,
                status=str(status),
            ),
            mark("If HF_ENDPOINT names a mirror, try without it; otherwise update Lectern."),
        )
    return DownloadFailed(
        worded(
            "The server {server} refused to send {what} (HTTP {status}).",
            server=server,
            what=what,
            status=str(status),
        )
    )


def _unreachable(error: httpx2.ConnectError, server: str) -> DownloadFailed | Interrupted:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return DownloadFailed(
                worded("The certificate of {server} could not be verified.", server=server),
                _CERTIFICATE_HINT,
            )
        if isinstance(cause, ssl.SSLError):
            return DownloadFailed(
                worded("No secure connection to {server} could be made.", server=server),
                _CERTIFICATE_HINT,
            )
        if isinstance(cause, socket.gaierror):
            return Interrupted(worded("The server {server} could not be found.", server=server))
        cause = cause.__cause__ or cause.__context__
    return Interrupted(worded("The server {server} could not be reached.", server=server))
