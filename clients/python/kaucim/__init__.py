"""A client for Kaucim: ask, draw, follow a reading as it is written, and lose nothing when the connection breaks."""

from .client import Asked, Kaucim
from .draw import Draw, Unfair, verify
from .errors import KaucimError, Lost, Problem, Unread
from .later import AsyncAsked, AsyncKaucim
from .reading import Reading
from .stream import Message

__all__ = [
    "Asked", "AsyncAsked", "AsyncKaucim", "Draw", "Kaucim", "KaucimError", "Lost", "Message", "Problem", "Reading",
    "Unfair", "Unread", "verify",
]
