"""Requests, each on a connection of its own. No redirect is followed, so that a key goes to its server alone."""

import http.client
import json
import random
import ssl
import time
import urllib.parse

from .errors import Lost, Problem

# A server that is being started again takes some seconds.
TRIES = 6
# Nothing that is answered whole is as large as this.
MOST_BYTES = 64 * 1024 * 1024
# Answers after which the same request may well succeed.
LATER = (429, 502, 503, 504)


class Wire:
    """Where the server is, and who asks."""

    def __init__(self, base: str, key: str | None, timeout: float, context: ssl.SSLContext | None):
        parts = urllib.parse.urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base} is no address such as https://oracle.example")
        if parts.path not in ("", "/") or parts.query or parts.username:
            raise ValueError(f"{base} has more than a scheme, a name and a port")
        self.is_tls = parts.scheme == "https"
        self.host, self.port = parts.hostname, parts.port
        self.key, self.timeout, self.context = key, timeout, context

    def open(self, method: str, path: str, body=None, headers=None, timeout: float | None = None):
        """Sends a request; returns the connection, to be closed by the caller, and the head of the answer."""
        timeout = self.timeout if timeout is None else timeout
        connection: http.client.HTTPConnection
        if self.is_tls:
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.context)
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        sent = {"Accept": "application/json", **(headers or {})}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, sent)
            return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def call(self, method: str, path: str, body=None, headers=None, tries: int = TRIES):
        """Asks and returns the JSON of the answer. Asks again where nothing came or the server says "later", which is
        only for requests that may come twice."""
        for attempt in range(1, tries + 1):
            try:
                connection, answer = self.open(method, path, body, headers)
                try:
                    text = answer.read(MOST_BYTES)
                finally:
                    connection.close()
            except (OSError, http.client.HTTPException) as error:
                if attempt == tries:
                    raise Lost(f"the server cannot be reached: {error}") from error
                pause(attempt)
                continue
            if answer.status < 300:
                return json.loads(text) if text else None
            problem = problem_of(answer, text)
            if answer.status not in LATER or attempt == tries or (problem.retry_after or 0) > 30:
                raise problem
            pause(attempt, problem.retry_after)
        raise AssertionError("the last try returns or raises")


def problem_of(answer, text: bytes) -> Problem:
    """The refusal that the server wrote, or what can be told of another one, such as a proxy's."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {"title": answer.reason}
    if "retry_after" not in document:
        header = answer.headers.get("Retry-After", "")
        document["retry_after"] = float(header) if header.isdigit() else None
    return Problem(answer.status, document)


def delay(attempt: int, base: float = 0.5, most: float = 30.0) -> float:
    """Seconds to wait after so many tries in vain: twice as long each time, and never when all others do."""
    return min(base * 2 ** (attempt - 1), most) * random.uniform(0.5, 1.0)


def pause(attempt: int, at_least: float | None = None):
    time.sleep(max(delay(attempt), at_least or 0))
