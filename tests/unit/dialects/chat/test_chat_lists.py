"""Lists that a stream brings piece by piece: OpenAI's library puts them together by ``index``."""

from typing import Any

import msgspec
from openai.lib.streaming._deltas import accumulate_delta

from outlast.dialects.chat import DIALECT
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Text
from outlast.dialects.conversation.reply import Begin, Delta, PartBegin, PartEnd
from outlast.dialects.dialect import Framing

FRAMING = Framing(id="call", model="m", created=1)


def put_together(*events: Any) -> dict[str, Any]:
    """The message that OpenAI's library makes of the chunks."""
    encoder = DIALECT.event_encoder(FRAMING, Losses())
    written = b"".join(map(encoder.event, (Begin(), *events)))
    deltas = [msgspec.json.decode(line[6:])["choices"][0]["delta"] for line in written.split(b"\n\n") if line]
    whole: Any = {}
    for delta in deltas:
        whole = accumulate_delta(whole, delta)
    return dict(whole)


def test_sources_are_all_there() -> None:
    own = b'{"type":"url_citation","url_citation":{"url":"https://c.example","title":"C"}}'
    sources = (
        Citation(url="https://a.example"),
        Citation(url="https://b.example"),
        Citation(url="https://c.example", wire=own, dialect="chat"),
    )
    cited = [Delta(0, citation=each) for each in sources]
    message = put_together(PartBegin(Text(""), 0), Delta(0, "Words."), *cited, PartEnd(0))
    assert [each["url_citation"]["url"] for each in message["annotations"]] == [each.url for each in sources]


def test_pictures_stay_apart() -> None:
    pictures = [Media(kind="image", mime="image/png", data=data) for data in ("QQ==", "Qg==")]
    events = [event for place, part in enumerate(pictures) for event in (PartBegin(part, place), PartEnd(place))]
    urls = [each["image_url"]["url"] for each in put_together(*events)["images"]]
    assert urls == ["data:image/png;base64,QQ==", "data:image/png;base64,Qg=="]
