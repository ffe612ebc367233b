"""The transports that let nothing leave the house."""

from pathlib import Path

import pytest

from digest.delivery.transports.file import FileTransport
from digest.delivery.transports.memory import MemoryTransport
from digest.errors import TransportError
from digest.model import Message, SendOutcome


def _message(message_id: str, content: bytes = b"Subject: hello\r\n\r\nhello\r\n") -> Message:
    return Message(
        subscriber="reader-0000000001",
        sender="news@verdicts.example",
        recipient="ann@reader.example",
        message_id=message_id,
        content=content,
    )


def test_a_message_becomes_one_eml_file_octet_for_octet(tmp_path):
    with FileTransport(tmp_path / "var" / "outbox") as transport:
        [result] = transport.send([_message("<2026-W47.abc@verdicts.example>")])

    [path] = (tmp_path / "var" / "outbox").iterdir()
    assert path.name == "2026-W47.abc@verdicts.example.eml"
    assert path.read_bytes() == b"Subject: hello\r\n\r\nhello\r\n"
    assert (result.outcome, result.reply) == (SendOutcome.ACCEPTED, f"written to {path}")


def test_the_same_message_again_is_the_same_file(tmp_path):
    transport = FileTransport(tmp_path)
    messages = [_message("<a@x>"), _message("<b@x>")]

    list(transport.send(messages))
    list(transport.send(messages))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a@x.eml", "b@x.eml"]


@pytest.mark.parametrize(
    "message_id", ["<../../etc/passwd@x>", "<.hidden@x>", "<>", "<" + "a" * 300 + ">"]
)
def test_no_message_id_names_a_file_elsewhere_or_out_of_sight(tmp_path, message_id):
    outbox = tmp_path / "outbox"

    list(FileTransport(outbox).send([_message(message_id)]))

    [path] = outbox.iterdir()
    assert path.suffix == ".eml"
    assert not path.name.startswith(".")


def test_message_ids_that_look_alike_as_names_are_two_files(tmp_path):
    list(FileTransport(tmp_path).send([_message("<a/b@x>"), _message("<a_b@x>")]))

    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "outbox").write_text("a file in the way")
    results = FileTransport(tmp_path / "outbox").send([_message("<a@x>")])

    with pytest.raises(TransportError, match="outbox: cannot write") as caught:
        next(results)
    assert caught.value.permanent


def test_memory_keeps_messages_in_order_and_accepts_them():
    with MemoryTransport() as transport:
        outcomes = [
            result.outcome for result in transport.send([_message("<a@x>"), _message("<b@x>")])
        ]

    assert outcomes == [SendOutcome.ACCEPTED] * 2
    assert [message.message_id for message in transport.sent] == ["<a@x>", "<b@x>"]
