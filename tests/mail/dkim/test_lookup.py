"""DNS is asked as it is: a record, none, and no answer are three different things."""

import socket

import pytest

from digest.errors import DnsError
from digest.mail.dkim.lookup import txt_records
from tests.name_server import BROKEN, name_server

pytestmark = pytest.mark.enable_socket


def test_a_long_record_comes_whole(rsa):
    with name_server({rsa.name: rsa.record}) as port:
        assert txt_records(rsa.name, server=("127.0.0.1", port)) == (rsa.record,)


def test_a_name_that_does_not_exist_has_no_record():
    with name_server({}) as port:
        assert txt_records("s1._domainkey.example.com", server=("127.0.0.1", port)) == ()


def test_a_server_that_cannot_tell_is_no_answer():
    with (
        name_server({"s1._domainkey.example.com": BROKEN}) as port,
        pytest.raises(DnsError, match=r"SERVFAIL.*--resolver HOST:PORT"),
    ):
        txt_records("s1._domainkey.example.com", server=("127.0.0.1", port))


def test_silence_is_no_answer():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(DnsError, match="no answer within"):
            txt_records("s1._domainkey.example.com", server=silent.getsockname(), patience_s=0.2)


def test_a_name_that_is_none_is_said_to_be():
    with pytest.raises(DnsError, match=r"DNS, a\.\.b"):
        txt_records("a..b", server=("127.0.0.1", 9))
