"""AWS without its SDK: the signature is the SDK's own, and what goes wrong is told without a word of what was sent."""

import json
import socket
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.aws import WHO, aws

from gigstream import config
from gigstream.aws import AwsError, post, signed_headers

__all__ = ["aws"]

TARGET = "AmazonSSM.GetParameters"
MOMENT = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("token", ["a-session-token", ""])
@pytest.mark.parametrize("body", ["{}", json.dumps({"Names": ["/stack/due/späť"]})])
def test_signed_as_the_sdk_signs(environment: pytest.MonkeyPatch, token: str, body: str) -> None:
    for name, value in {**WHO, "AWS_SESSION_TOKEN": token}.items():
        environment.setenv(name, value)
    config.settings.cache_clear()

    ours = signed_headers("ssm", TARGET, "ssm.us-east-1.amazonaws.com", body.encode(), MOMENT)

    headers = {"content-type": ours["content-type"], "x-amz-target": TARGET}
    request = AWSRequest("POST", "https://ssm.us-east-1.amazonaws.com/", headers=headers, data=body.encode())
    key = Credentials(WHO["AWS_ACCESS_KEY_ID"], WHO["AWS_SECRET_ACCESS_KEY"], token or None)
    with patch.object(botocore.auth, "get_current_datetime", lambda: MOMENT.replace(tzinfo=None)):
        botocore.auth.SigV4Auth(key, "ssm", WHO["AWS_REGION"]).add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours.get("x-amz-security-token") == (token or None)


def test_what_is_put_there_is_read_again(aws: str) -> None:
    put: dict[str, Any] = {"Name": "/a", "Value": "1", "Type": "String"}
    assert post("ssm", "AmazonSSM.PutParameter", put)["Version"] == 1
    assert post("ssm", TARGET, {"Names": ["/a", "/b"]})["InvalidParameters"] == ["/b"]


def test_a_refusal_names_the_call_and_the_kind_of_error(aws: str) -> None:
    put: dict[str, Any] = {"Name": "/a", "Value": "1", "Type": "String"}
    post("ssm", "AmazonSSM.PutParameter", put)
    with pytest.raises(AwsError, match=r"^AmazonSSM\.PutParameter: 400 ParameterAlreadyExists$"):
        post("ssm", "AmazonSSM.PutParameter", put)


def test_who_does_not_answer_is_not_waited_for(environment: pytest.MonkeyPatch, aws: str) -> None:
    environment.setattr("gigstream.aws.SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # A service's own variable goes before the one for all.
        environment.setenv("AWS_ENDPOINT_URL_SSM", f"http://127.0.0.1:{silent.getsockname()[1]}")
        config.settings.cache_clear()
        with pytest.raises(AwsError, match="TimeoutError"):
            post("ssm", TARGET, {"Names": ["/a"]})
    with pytest.raises(AwsError, match="ConnectionRefusedError"):
        post("ssm", TARGET, {"Names": ["/a"]})
