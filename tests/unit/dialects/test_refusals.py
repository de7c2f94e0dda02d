import json
from collections.abc import Iterator

import pytest

from outlast import errors
from outlast.dialects.refusals import KINDS, refusal


def tree(root: type[errors.OutlastError]) -> Iterator[type[errors.OutlastError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


def shown(error: Exception) -> tuple[int, dict[str, object]]:
    answer = refusal(error, request_id="req_1")
    assert ("content-type", "application/json") in answer.headers
    body = json.loads(answer.body)
    assert list(body) == ["error"]
    assert list(body["error"]) == ["message", "type", "param", "code"]
    return answer.status, body["error"]


def test_every_kind_of_error_has_its_row() -> None:
    assert list(KINDS) == list(tree(errors.OutlastError))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_error_is_told_in_openai_s_shape(kind: type[errors.OutlastError]) -> None:
    status, error = shown(kind("what was wrong"))
    assert status == KINDS[kind].status
    assert error["type"] == KINDS[kind].type
    assert error["code"] == kind.code
    assert "what was wrong" in str(error["message"])


@pytest.mark.parametrize(
    ("error", "status", "type_"),
    [
        (errors.MalformedRequest("x"), 400, "invalid_request_error"),
        (errors.Untranslatable("x"), 400, "invalid_request_error"),
        (errors.RequestTooLarge("x"), 413, "invalid_request_error"),
        (errors.RequestTooSlow("x"), 408, "invalid_request_error"),
        (errors.KeyRequired("x"), 401, "authentication_error"),
        (errors.NoSuchRoute("x"), 404, "invalid_request_error"),
        (errors.MethodNotAllowed("x"), 405, "invalid_request_error"),
        (errors.ModelNotFound("x"), 404, "invalid_request_error"),
        (errors.ModelRetired("x"), 410, "invalid_request_error"),
        (errors.BrownedOut("x", ends_in_s=59.2), 410, "invalid_request_error"),
        (errors.UpstreamUnreachable("x"), 502, "upstream_error"),
        (errors.UpstreamBroken("x"), 502, "upstream_error"),
        (errors.UpstreamTimeout("x"), 504, "upstream_error"),
        (errors.LedgerUnavailable("x"), 503, "server_error"),
        (ValueError("x"), 500, "server_error"),
    ],
)
def test_the_status_says_who_can_act(error: Exception, status: int, type_: str) -> None:
    found, shown_error = shown(error)
    assert (found, shown_error["type"]) == (status, type_)


def test_a_caller_s_error_names_the_field_at_fault() -> None:
    assert shown(errors.MalformedRequest("'model' must be a string", param="model"))[1]["param"] == "model"
    assert shown(errors.UpstreamBroken("x"))[1]["param"] is None


def test_an_upstream_s_error_carries_the_request_id() -> None:
    assert shown(errors.UpstreamTimeout("openai/gpt-4o was silent"))[1]["message"] == (
        "openai/gpt-4o was silent (request req_1)"
    )


def test_a_defect_tells_the_caller_nothing_but_the_request_id() -> None:
    status, error = shown(KeyError("sk-secret"))
    assert (status, error["code"]) == (500, "internal_error")
    assert "req_1" in str(error["message"])
    assert "secret" not in str(error["message"])


def test_a_missing_key_says_how_to_send_one() -> None:
    assert ("www-authenticate", "Bearer") in refusal(errors.KeyRequired("x"), request_id="r").headers


def test_a_brownout_says_when_the_name_answers_again() -> None:
    assert ("retry-after", "60") in refusal(errors.BrownedOut("x", ends_in_s=59.2), request_id="r").headers


def test_half_a_surrogate_pair_in_a_message_does_not_stop_it() -> None:
    assert shown(errors.NoSuchRoute("no /v1/\udcff"))[1]["message"] == "no /v1/?"
