"""A small application, as somebody wrote it in 2025: it knows one model name and an address, and nothing else.

It does not know that models retire.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from openai import OpenAI

MODEL = "chatgpt-4o-latest"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the application got for one question."""

    text: str
    headers: Mapping[str, str]


class Application:
    """Answers questions through OpenAI's own client; never changed during the demonstration."""

    def __init__(self, address: str) -> None:
        self._client = OpenAI(base_url=f"{address}/v1", api_key="the-application-has-its-own-key", max_retries=0)

    def ask(self, question: str) -> Reply:
        """A plain call."""
        answer = self._client.chat.completions.with_raw_response.create(
            model=MODEL,
            messages=[{"role": "system", "content": "Be kind and brief."}, {"role": "user", "content": question}],
            max_tokens=80,
            temperature=0.7,
        )
        return Reply(answer.parse().choices[0].message.content or "", dict(answer.headers))

    def tell(self, question: str) -> str:
        """A streamed call."""
        pieces = self._client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": question}],
            max_tokens=80,
            temperature=0.7,
            stream=True,
        )
        return "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)

    def file(self, number: int) -> str:
        """A call whose answer another program reads: it has to be JSON."""
        answer = self._client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": f"Make a ticket, as JSON: in parcel {number} the lamp is broken."}],
            response_format={"type": "json_object"},
            max_tokens=200,
        )
        return answer.choices[0].message.content or ""

    def close(self) -> None:
        """Give connections back."""
        self._client.close()
