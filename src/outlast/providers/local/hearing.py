"""``/audio/transcriptions``: a recording becomes what was said in it.

It knows the form's fields and the answer's three forms. It does not know how anything is heard.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from outlast.dialects.endpoints.form import boundary_of, fields
from outlast.omni.engine import EARS_HZ, Heard, Opening
from outlast.omni.grammar import PATCH_SAMPLES
from outlast.omni.session import LONGEST_ANSWER
from outlast.omni.waves import decode
from outlast.providers.local.answering import Answering
from outlast.providers.local.asked import Call, unused_header
from outlast.providers.local.refused import Refused, invalid
from outlast.providers.local.work import JSON, Head, Stop
from outlast.providers.script.refusal import unsupported_value

LONGEST_HEARD_S: Final = 40
"""Seconds: of more sound the engine would have forgotten the beginning when it writes."""
_KNOWN: Final = ("file", "model", "language", "prompt", "response_format", "stream", "temperature")
_UNUSED: Final = ("language", "prompt", "temperature")
_FORMS: Final = ("json", "text", "verbose_json")


def answer(call: Call, stop: Stop) -> Iterator[Head | bytes]:
    """The job of one call."""
    given = _fields(call.body)
    form = _checked(given)
    name = call.name
    samples = decode(given["file"]).for_ears()
    if len(samples) > LONGEST_HEARD_S * EARS_HZ:
        seconds = len(samples) / EARS_HZ
        message = f"the recording has {seconds:.0f} seconds; {name} writes down at most {LONGEST_HEARD_S}: send parts"
        raise invalid(message, "file")
    session = call.engine.open(Opening(task="transcribe", longest_answer=LONGEST_ANSWER))
    for start in range(0, len(samples), EARS_HZ):
        stop.check()
        session.push_audio(samples[start : start + EARS_HZ])
    answering = Answering(session, stop)
    text = "".join(event.text for event in answering.events() if isinstance(event, Heard))
    headers = unused_header([each for each in _UNUSED if given.get(each)])
    if form == "text":
        yield Head(200, (("content-type", "text/plain; charset=utf-8"), *headers))
        yield text.encode() + b"\n"
        return
    patches = min(len(samples) // PATCH_SAMPLES, answering.read)
    usage = {
        "type": "tokens",
        "input_tokens": answering.read,
        "output_tokens": answering.written,
        "total_tokens": answering.read + answering.written,
        "input_token_details": {"audio_tokens": patches, "text_tokens": answering.read - patches},
    }
    yield Head(200, (*JSON, *headers))
    if form == "json":
        yield msgspec.json.encode({"text": text, "usage": usage})
    else:
        length = round(len(samples) / EARS_HZ, 2)
        said = {"task": "transcribe", "language": "english", "duration": length, "text": text}
        yield msgspec.json.encode(said | {"usage": {"type": "duration", "seconds": length}})


def _fields(body: bytes) -> Mapping[str, bytes]:
    """By name; one that comes twice is refused by whoever reads the form before us."""
    return {each.name: body[each.start : each.end] for each in fields(body, boundary_of(body))}


def _checked(given: Mapping[str, bytes]) -> str:
    """The answer's form. Raises ``Refused``."""
    for name in given:
        if name not in _KNOWN:
            raise invalid(f"Unsupported parameter: '{name}' is not supported with this model.", name)
    if not given.get("file"):
        raise invalid("Missing required parameter: 'file'.", "file", "missing_required_parameter")
    if given.get("stream", b"").strip().lower() not in (b"", b"false", b"0"):
        raise Refused(unsupported_value("stream", "true", " Only the default (false) value is supported."))
    form = given.get("response_format", b"json")[:40].decode(errors="replace").strip() or "json"
    if form not in _FORMS:
        known = ", ".join(f"'{each}'" for each in _FORMS)
        raise invalid(f"Invalid value: '{form}'. Supported values are: {known}.", "response_format")
    return form
