"""A scripted SMTP server for the transports, and an authority that vouches for it."""

import importlib.util
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_SPEC = importlib.util.spec_from_file_location(
    "smtp_server", Path(__file__).with_name("smtp_server.py")
)
smtp_server = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(smtp_server)


@pytest.fixture
def server(socket_enabled) -> Iterator[smtp_server.SmtpServer]:
    """An SMTP server that accepts everything until its ``script`` is set."""
    del socket_enabled
    running = smtp_server.SmtpServer()
    yield running
    running.close()


@dataclass(frozen=True)
class Authority:
    """A certificate authority of one test run."""

    file: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    def serving(self, host: str) -> ssl.SSLContext:
        """Give what a server of this name or address speaks TLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        where = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        made = _certificate(host, issuer=self.name, key=key).add_extension(
            x509.SubjectAlternativeName([where]), critical=False
        )
        path = self.file.with_name(f"{host}.pem")
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _certificate(common_name: str, *, issuer: x509.Name | None, key) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(
            subject_name=subject,
            issuer_name=issuer or subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(hours=1),
            not_valid_after=now + timedelta(hours=1),
        )
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    """An authority whose certificate is in a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate("A throw-away authority", issuer=None, key=key).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Authority(path, key, made.subject)
