"""A scripted editor: it speaks the Language Server Protocol with a real server, over the server's standard streams."""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

# Seconds that one answer may take: far more than a server needs, for a machine that is busy.
DEADLINE = 60.0

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A diagnostic as an editor shows it: the code, the line (from 0) and the text that is underlined."""

    code: str
    line: int
    text: str


class Editor:
    """One server process in a project's folder, from its start to its end; what it says on standard error is logged."""

    def __init__(self, command: Sequence[str], folder: Path, log: Path, options: Mapping[str, Any]) -> None:
        self._folder = folder
        self._log = log
        self._options = options
        self._numbers = itertools.count(1)
        self._received: queue.Queue[Message | None] = queue.Queue()
        self._heard: list[str] = []
        with log.open("wb") as errors:
            self._server = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._listener.start()
        try:
            uri = self._folder.as_uri()
            self._request(
                "initialize",
                {
                    "processId": None,
                    "rootUri": uri,
                    "workspaceFolders": [{"uri": uri, "name": self._folder.name}],
                    "capabilities": {},
                    "initializationOptions": self._options,
                },
            )
            self.notify("initialized", {})
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None:
                self._request("shutdown", None)
                self.notify("exit", None)
                self._server.wait(DEADLINE)
        finally:
            self._end()

    def open(self, path: str, text: str) -> Buffer:
        """Open a buffer under the name of a file, relative to the folder; the file need not exist."""
        return Buffer(self, self._folder / path, text)

    def notify(self, method: str, parameters: object) -> None:
        """Tell the server something that has no answer."""
        self._send({"method": method, "params": parameters})

    def published(self, uri: str, version: int) -> list[Message]:
        """Wait for the next diagnostics of a version of a buffer, and give them."""
        wanted = f"diagnostics of version {version}"
        for message in self._messages(wanted):
            parameters = message.get("params") or {}
            about = (message.get("method"), parameters.get("uri"), parameters.get("version"))
            if about == ("textDocument/publishDiagnostics", uri, version):
                found: list[Message] = parameters["diagnostics"]
                return found
        raise AssertionError(self._complaint(wanted))

    def _request(self, method: str, parameters: object) -> None:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": parameters})
        for message in self._messages(f"answer to {method}"):
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, self._complaint(f"good answer to {method}")
                return
        raise AssertionError(self._complaint(f"answer to {method}"))

    def _messages(self, wanted: str) -> Iterator[Message]:
        """Give what the server sends until the deadline, or until it ends; answer what it asks by null."""
        until = time.monotonic() + DEADLINE
        while True:
            try:
                message = self._received.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(self._complaint(wanted)) from None
            if message is None:
                return
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})
            yield message

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._server.stdin
        assert stream is not None
        try:
            stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            stream.flush()
        except OSError:
            raise AssertionError(self._complaint(f"ear to {message}")) from None

    def _listen(self) -> None:
        """Take the messages off the server's standard output, in a thread: it must never have to wait for us."""
        stream = self._server.stdout
        assert stream is not None
        for body in _bodies(stream):
            self._heard.append(body.decode(errors="replace"))
            self._received.put(json.loads(body))
        self._received.put(None)

    def _complaint(self, wanted: str) -> str:
        status = self._server.poll()
        state = f"within {DEADLINE:.0f} s" if status is None else f"and ended with status {status}"
        return f"the server gave no {wanted} {state}; it said:\n{self._said()}"

    def _said(self) -> str:
        return "\n".join([*self._heard, self._log.read_text(encoding="utf-8", errors="replace")])

    def _end(self) -> None:
        self._server.kill()
        self._server.wait(DEADLINE)
        self._listener.join(DEADLINE)
        for stream in (self._server.stdin, self._server.stdout):
            assert stream is not None
            with suppress(OSError):
                stream.close()
        # pytest shows it where a test has failed.
        print(self._said())


class Buffer:
    """The text of a file as it stands in the editor, saved or not."""

    def __init__(self, editor: Editor, path: Path, text: str) -> None:
        self._editor = editor
        self._path = path
        self._uri = path.as_uri()
        self._version = 1
        self.text = text
        document = {"uri": self._uri, "languageId": "python", "version": self._version, "text": text}
        editor.notify("textDocument/didOpen", {"textDocument": document})

    def replace(self, old: str, new: str) -> None:
        """Replace a text that stands once in the buffer, as typing does: the server is told the range."""
        before, after = self.text.split(old)
        self.text = before + new + after
        self._version += 1
        change = {"range": {"start": _position(before), "end": _position(before + old)}, "text": new}
        document = {"uri": self._uri, "version": self._version}
        self._editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def save(self) -> None:
        """Write the buffer to its file and say so."""
        self._path.write_text(self.text, encoding="utf-8")
        self._editor.notify("textDocument/didSave", {"textDocument": {"uri": self._uri}})

    def marks(self) -> set[Mark]:
        """Wait for what the server has to say of the text as it is, and give that."""
        return {self._mark(found) for found in self._editor.published(self._uri, self._version)}

    def _mark(self, diagnostic: Message) -> Mark:
        start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
        assert start["line"] == end["line"], diagnostic
        line = self.text.split("\n")[start["line"]]
        return Mark(diagnostic["code"], start["line"], line[start["character"] : end["character"]])


def _position(before: str) -> Message:
    """Give the place behind a text; the characters are those of UTF-16, which ASCII makes the same."""
    assert before.isascii()
    return {"line": before.count("\n"), "character": len(before) - (before.rfind("\n") + 1)}


def _bodies(stream: IO[bytes]) -> Iterator[bytes]:
    """Give the bodies of messages, each behind headers and an empty line; half a message at the end is none."""
    while header := stream.readline():
        length = 0
        while header.strip():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            header = stream.readline()
        body = stream.read(length)
        if len(body) == length:
            yield body
