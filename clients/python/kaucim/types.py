"""What the server sends and takes, as types. Written by generate.py: do not edit."""

from typing import Any, Literal, NotRequired, TypedDict


# Names one task. Later tasks have greater ids.
TaskId = str


# Where a task stands.
Status = Literal["queued", "retrieving", "generating", "completed", "failed", "cancelled"]


# What a grade comes to, comparable between decks.
Tone = Literal["good", "mixed", "warning"]


# A language that a text is written in, by its public code.
Language = Literal[
    "en",
    "ja",
    # Traditional Chinese.
    "zh",
    # Simplified Chinese.
    "zh-Hans",
]


# Where a text comes from.
Provenance = Literal[
    # Handed down with the deck.
    "classic",
    # Translated from the classic text.
    "translated",
    # Written anew for the pack.
    "written",
]


# One commentary in one language. `kind` is the pack's own: `meaning`, `translation` (of the
# verse), `sage` (聖意), `explanation` (解曰) and so on.
class Commentary(TypedDict):
    kind: str
    language: Language
    provenance: Provenance
    text: str


# The story (典故) that a lot alludes to, in one language.
class Allusion(TypedDict):
    language: Language
    provenance: Provenance
    title: NotRequired[str]
    text: str


# One lot (籤) of a deck. Names, title and grade are in the deck's own language.
class Lot(TypedDict):
    deity_id: str
    # The deity's name, by language.
    deity: dict[str, str]
    deck_id: str
    # The deck's name, by language.
    deck: dict[str, str]
    edition: str
    # Hash of the pack's content that this lot was read from.
    version: str
    number: int
    title: str
    # The deck's own word, such as 上上; some decks have none.
    grade: NotRequired[str | None]
    tone: NotRequired[Tone | None]
    # The lines of the poem, quoted and never altered.
    verse: list[str]
    # How each line is spoken, in whatever letters the pack has it: romanised, in kana, in bopomofo.
    # With as many parts, divided by spaces, as the line has characters, each is that of one. Empty
    # where the pack does not say it.
    pronunciation: NotRequired[list[str]]
    commentary: list[Commentary]
    allusions: list[Allusion]
    # Verdicts by topic, by language.
    topics: dict[str, Any]


# The promise, and where to see it kept.
class AskAccepted(TypedDict):
    task_id: TaskId
    status: Status
    lot: Lot
    # The lot was drawn here, rather than named by the asker.
    drawn: bool
    # It is the lot that the same matter was given within the last day.
    already_drawn: bool
    stream_url: str
    status_url: str
    cancel_url: str


# What a cancel came to.
class Cancelled(TypedDict):
    task_id: TaskId
    status: Status


# The house rule for moon blocks (擲筊) after a draw.
Blocks = Literal["none", "one", "three"]


# Who writes the readings of a deck.
Readings = Literal[
    # A model, where there is one.
    "model",
    # Nobody: they are composed of the deck's own texts, and no model is asked.
    "classic",
    # Likewise, of the verse, title and grade alone: the deck's lots have nothing else.
    "verse",
]


# What the same asker is shown who asks the same thing again.
Redraw = Literal[
    # One matter, one lot: for a day, the lot that was drawn.
    "same_matter_same_lot",
    # A new lot each time.
    "always",
]


# A grade of a deck, in the deck's own word.
class Grade(TypedDict):
    word: str
    tone: NotRequired[Tone | None]
    # The word in other languages, where the pack has them.
    names: NotRequired[dict[str, str]]
    # How many lots bear it, as counted.
    count: int


# What people ask about.
Topic = Literal["love", "career", "study", "wealth", "health", "family", "travel", "lost_things", "lawsuits", "childbirth", "moving", "general"]


# One edition of a set of lots.
class Deck(TypedDict):
    deck_id: str
    name: dict[str, str]
    # Name of the temple, where the deck has one.
    temple: NotRequired[dict[str, str]]
    edition: str
    source: str
    licence: str
    version: str
    # Lots are numbered from 1 to this.
    count: int
    language: Language
    # How often moon blocks are thrown after a draw; always to be left to the asker.
    blocks: Blocks
    # Who writes the readings.
    readings: Readings
    # Whether the same matter is shown the same lot for a day.
    redraw: Redraw
    # Best first, with how many lots have each; empty where the deck has none.
    grades: list[Grade]
    # Topics with a verdict in the deck.
    topics: list[Topic]


# A deity and its decks, the first of which is asked when none is named.
class Deity(TypedDict):
    id: str
    name: dict[str, str]
    decks: list[Deck]


# All deities.
class Deities(TypedDict):
    deities: list[Deity]


# Names one draw.
DrawId = str


# Fixes a secret, and what is drawn from, without giving the secret away.
Commitment = str


# A lot that stands for a matter.
class LotOfMatter(TypedDict):
    number: int
    lot: Lot
    # Whether a question was asked with it.
    asked: bool


# What the server is bound to before the nonce is known.
class DrawPromised(TypedDict):
    # Absent where the matter has a lot that the server drew alone.
    draw_id: NotRequired[DrawId | None]
    # SHA-256 over the secret, the deck, its version and its count.
    commitment: NotRequired[Commitment | None]
    deck_id: str
    version: str
    # Numbers run from 1 to this.
    count: int
    expires_at: NotRequired[str | None]
    # The lot that the same matter was given within the last day.
    already_drawn: NotRequired[LotOfMatter | None]


# What is chosen before the asker says anything, and shown after; 256 random bits.
Secret = str


# The asker's part: any text of 1 to 128 bytes.
Nonce = str


# A draw with all that is needed to check it.
class DrawRevealed(TypedDict):
    draw_id: DrawId
    deity_id: str
    deck_id: str
    version: str
    count: int
    commitment: Commitment
    secret: Secret
    # The first one that was sent.
    nonce: Nonce
    number: int
    # Absent where the deck has changed since.
    lot: NotRequired[Lot | None]
    expires_at: str


# What of a lot was typed.
How = Literal[
    "number",
    "title",
    "verse",
    # 甲子 to 癸亥, or the two stems of a deck of a hundred, where the deck's lots bear them.
    "stem_branch",
    # The name of the story that the lot alludes to.
    "story",
]


# A lot that may be meant.
class Candidate(TypedDict):
    number: int
    how: How
    # 1 where the entry says exactly this lot and no other.
    score: float
    title: str
    grade: NotRequired[str | None]
    # The first line of the verse, to recognise the slip by.
    line: str


# The lots that an entry may mean, the likeliest first; none where it means no lot.
class Entries(TypedDict):
    deck_id: str
    version: str
    entries: list[Candidate]


NoticeKind = Literal[
    "safety",
    "fallback",
    "repair",
    # Of the rite itself, such as that one matter has one lot.
    "rite",
]


# A passage that was retrieved for a question.
class Source(TypedDict):
    # Stable within a version of a deck, such as `kaucim_yue_lao/7/allusion/zh/0`.
    id: str
    # `verse`, `allusion`, `topic`, or the kind of a commentary.
    kind: str
    title: str
    excerpt: str
    # To three decimals, so that it reads the same wherever it was written.
    score: float


# One of the seven parts of a reading, in their order.
SectionId = Literal["line_by_line_interpretation", "overall_development", "positive_factors", "challenges", "suggested_actions", "supplementary_notes", "conclusion"]


# Who wrote a section.
SectionOrigin = Literal[
    "model",
    # Composed from the deck's own commentary, without a model.
    "classic",
]


# One check of a section and how it went. Codes are stable.
class Check(TypedDict):
    # `present`, `language`, `length`, `quotation` …; `docs/api.md` says what each means.
    check: str
    passed: bool
    detail: NotRequired[str | None]


# Why open text is dropped. Stable codes.
ResetReason = Literal[
    # A seal check failed.
    "check_failed",
    # A guard stopped the text before what it found in it was shown.
    "withheld",
    # The model failed in the middle of the section.
    "model_failed",
    # The worker that wrote it is gone; used by the tasks.
    "interrupted",
    # The time for the whole reading is up; used by the tasks.
    "out_of_time",
]


# Something the reader should be told. `code` is stable; the page translates it.
class Notice(TypedDict):
    kind: NoticeKind
    code: str
    message: str


# A finished section. Sealed is final.
class Section(TypedDict):
    section: SectionId
    # Place in the reading, 1 to 7.
    index: int
    title: str
    text: str
    origin: SectionOrigin
    checks: list[Check]


# The model that wrote.
class Writer(TypedDict):
    provider: str
    name: str


# Who wrote a whole reading.
Origin = Literal["model", "mixed", "classic"]


# What a reading has spent.
class Usage(TypedDict):
    input_tokens: int
    output_tokens: int
    calls: int


# How long a reading took, in milliseconds since it was accepted.
class Timings(TypedDict):
    # Until a worker took it up.
    queued_ms: int
    # Until the first text of a model; absent when none wrote.
    first_token_ms: int | None
    total_ms: int


# A finished reading with everything that belongs to it.
class TaskResult(TypedDict):
    task_id: TaskId
    question: str
    language: Language
    lot: Lot
    sources: list[Source]
    notices: list[Notice]
    # All seven, in order.
    sections: list[Section]
    # The whole reading as plain text.
    text: str
    model: NotRequired[Writer | None]
    origin: Origin
    usage: Usage
    timings: Timings
    attempts: int
    disclaimer: str
    # The reading that the question follows.
    follows: NotRequired[TaskId | None]


# `progress` is 0 to 100, from real milestones only.
class StatusEvent(TypedDict):
    type: Literal["status"]
    status: Status
    progress: int


class NoticeEvent(TypedDict):
    type: Literal["notice"]
    kind: NoticeKind
    code: str
    message: str


# `drawn`: the server drew the number, fairly. `readings` and `deck_disclaimer` are the
# deck's, as it was then.
class LotEvent(TypedDict):
    type: Literal["lot"]
    lot: Lot
    drawn: bool
    readings: NotRequired[Readings]
    deck_disclaimer: NotRequired[str | None]


class SourcesEvent(TypedDict):
    type: Literal["sources"]
    sources: list[Source]


class SectionCompletedEvent(TypedDict):
    type: Literal["section_completed"]
    section: SectionId
    index: int
    title: str
    text: str
    origin: SectionOrigin
    checks: list[Check]
    # Model deltas of all sealed sections so far.
    total_tokens: int


# The open text is dropped. No section is named when the worker that wrote it is gone:
# whichever is open is meant.
class SectionResetEvent(TypedDict):
    type: Literal["section_reset"]
    section: SectionId | None
    reason: ResetReason


class CompleteEvent(TypedDict):
    type: Literal["complete"]
    result: TaskResult


class ErrorEvent(TypedDict):
    type: Literal["error"]
    code: str
    message: str
    retry_allowed: bool


class CancelledEvent(TypedDict):
    type: Literal["cancelled"]


# What a task remembers for ever, in the shape its readers get it.
Event = StatusEvent | NoticeEvent | LotEvent | SourcesEvent | SectionCompletedEvent | SectionResetEvent | CompleteEvent | ErrorEvent | CancelledEvent


# One line of a history.
class Summary(TypedDict):
    task_id: TaskId
    status: Status
    created_at: str
    deity_id: str
    fortune_number: int
    question: str
    language: Language
    # The reading that the question follows.
    follows: NotRequired[TaskId | None]


# A page of the history.
class History(TypedDict):
    tasks: list[Summary]
    # The `cursor` of the next page; absent on the last.
    next: NotRequired[TaskId | None]


# A problem as a client reads it.
class ProblemDocument(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    # Stable; made for machines.
    code: str
    # Seconds.
    retry_after: NotRequired[int | None]
    task_id: NotRequired[TaskId | None]


# The section being written, as far as it is.
class OpenText(TypedDict):
    section: SectionId
    text: str


# Why a task failed.
class Failure(TypedDict):
    code: str
    message: str
    retry_allowed: bool


# That a reading was reported, as its owner sees it.
class Report(TypedDict):
    reported_at: str
    # The owner's word why; absent, where there was none.
    reason: NotRequired[str | None]
    # Whether the operator may read the question and the reading, too.
    with_reading: bool


# A task as it stands now.
class TaskDocument(TypedDict):
    task_id: TaskId
    status: Status
    progress: int
    created_at: str
    started_at: NotRequired[str | None]
    finished_at: NotRequired[str | None]
    deity_id: str
    fortune_number: int
    question: str
    language: Language
    lot: Lot
    sources: list[Source]
    notices: list[Notice]
    # Sealed sections, in the order of the reading.
    sections: list[Section]
    open: NotRequired[OpenText | None]
    # How long the reading may be expected to take in all, in milliseconds since the question:
    # while a model is at it, and once enough is known. Never a promise.
    estimate_ms: NotRequired[int | None]
    result: NotRequired[TaskResult | None]
    error: NotRequired[Failure | None]
    # That it was reported to the operator.
    report: NotRequired[Report | None]
    # The reading that the question follows: it is asked of the same lot, and knows that reading.
    follows: NotRequired[TaskId | None]
    # The question that follows this reading; there is one at most, and it has none itself.
    followed_by: NotRequired[TaskId | None]
    last_event_id: str
