"""Signature Version 4, against the requests and signatures of AWS's published test suite."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from digest.delivery.sigv4 import Keys, signed

KEYS = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSP"
    "fIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT"
    "7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlz"
    "m8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
HOST = "https://example.amazonaws.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHEN = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def _signature(method: str, url: str, *, headers=None, body=b"", keys=KEYS, **more) -> str:
    where = {"region": "us-east-1", "service": "service", "now": WHEN} | more
    return signed(method, url, headers=headers or {}, body=body, keys=keys, **where)[
        "authorization"
    ]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "names", "signature"),
    [
        (
            "GET", "/", {}, b"", "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "POST", "/", {}, b"", "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "GET", "/?Param2=value2&Param1=value1", {}, b"", "host;x-amz-date",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "POST", "/", {"My-Header1": "VALUE1"}, b"", "host;my-header1;x-amz-date",
            "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
        ),
        (
            "GET", "/", {"My-Header1": " value1", "My-Header2": ' "a   b   c"'}, b"",
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
        (
            "POST", "/", FORM, b"Param1=value1", "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ],
)  # fmt: skip
def test_the_published_requests_get_the_published_signatures(
    method, path, headers, body, names, signature
):
    given = _signature(method, HOST + path, headers=headers, body=body)

    assert given == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )


def test_a_session_token_is_sent_and_signed():
    keys = Keys(KEYS.access_key, KEYS.secret, TOKEN)
    where = {"region": "us-east-1", "service": "service", "now": WHEN}

    headers = signed("POST", f"{HOST}/", headers={}, body=b"", keys=keys, **where)

    assert headers["x-amz-security-token"] == TOKEN
    assert headers["authorization"].endswith(
        "SignedHeaders=host;x-amz-date;x-amz-security-token, "
        "Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
    )


def test_the_walk_through_of_the_reference_comes_out():
    """ListUsers of IAM, from the description of the signing process."""
    given = _signature(
        "GET",
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        service="iam",
    )

    assert given.endswith(
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_the_moment_is_written_in_utc():
    berlin = timezone(timedelta(hours=2))

    assert _signature("GET", HOST, now=WHEN.astimezone(berlin)) == _signature("GET", f"{HOST}/")


def test_keys_do_not_show_in_what_is_printed():
    assert "wJalr" not in repr(KEYS)
