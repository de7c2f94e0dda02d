"""Every target there is."""

from fuzz.target import Target

from fuzz import bodies, dialects, files, http, kept_chats, pages, tone

TARGETS: tuple[Target, ...] = (
    *http.TARGETS, *bodies.TARGETS, *files.TARGETS, *tone.TARGETS, *dialects.TARGETS, *pages.TARGETS,
    *kept_chats.TARGETS,
)  # fmt: skip
