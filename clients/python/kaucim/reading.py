"""What a reader holds of a reading: events in, state out. Nothing here touches the network."""

from dataclasses import dataclass, field

from .stream import ENDS, Message


@dataclass
class Reading:
    """Sealed sections by index, the open one, and what came around them."""

    status: str = "queued"
    lot: dict | None = None
    drawn: bool = False
    sources: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    #: Sealed: each has `section`, `index`, `title`, `text`, `origin` and `checks`, and never changes again.
    sections: dict[int, dict] = field(default_factory=dict)
    #: The section that is being written, with its `text` so far; what stands here is provisional.
    open: dict | None = None
    phase: str | None = None
    position: int | None = None
    result: dict | None = None
    error: dict | None = None

    @property
    def is_ended(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")

    @property
    def text(self) -> str:
        """All that there is to read now: the whole of a finished reading, else titles and texts in their order."""
        if self.result:
            return self.result["text"]
        parts = [self.sections[index] for index in sorted(self.sections)]
        parts += [self.open] if self.open and self.open["text"] else []
        return "\n\n".join(f"{part['title']}\n{part['text']}" for part in parts)

    def apply(self, message: Message) -> "Reading":
        """Takes in one event. Unknown ones are passed over: a later server may send more."""
        name, data = message.name, message.data
        if name == "status":
            self.status = data["status"]
        elif name == "notice":
            self.notices.append(data)
        elif name == "lot":
            self.lot, self.drawn = data["lot"], data["drawn"]
        elif name == "sources":
            self.sources = data["sources"]
        elif name == "section_started":
            # Announced again behind a cursor: what was read of it stays.
            if not self.open or self.open["section"] != data["section"]:
                self.open = {**data, "text": ""}
        elif name == "llm_streaming":
            if self.open:
                self.open["text"] += data["token"]
        elif name == "section_completed":
            self.sections[data["index"]] = data
            self.open = None
        elif name == "section_reset":
            self.open = None
        elif name == "heartbeat":
            self.phase, self.position = data["phase"], data.get("position")
        elif name == "reset":
            self.__dict__.update(vars(Reading()))
        elif name in ENDS:
            self.open = None
            self.status = {"complete": "completed", "error": "failed", "cancelled": "cancelled"}[name]
            self.result = data.get("result")
            self.error = data if name == "error" else None
        return self
