#!/usr/bin/env python3
"""Makes certificates.txt: certificates with fixed dates, one a line, as name and Base64.

Keys are made anew, so that another run makes other certificates; what tests rely on (dates, kinds and sizes of keys)
stays. Needs Python's `cryptography` and, for keys that it does not make any more, `openssl`.
"""

import base64
import datetime
import pathlib
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier


def day(text):
    return datetime.datetime.fromisoformat(text)


def openssl(*arguments):
    made = subprocess.run(["openssl", *arguments], check=True, capture_output=True)
    return serialization.load_pem_private_key(made.stdout, password=None)


def certificate(key, start, end, extensions=(), signer=None):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, day(start), day(end))
    for identifier in extensions:
        value = x509.UnrecognizedExtension(ObjectIdentifier(identifier), b"\x05\x00")
        builder = builder.add_extension(value, critical=False)
    signer = signer or ec.generate_private_key(ec.SECP256R1())
    signed = builder.sign(signer, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def elliptic():
    return ec.generate_private_key(ec.SECP256R1())


# One identifier in place of another of the same length: what signs does not let an extension be there twice.
TWICE = certificate(elliptic(), "2020-01-01", "2040-01-01", ("1.3.6.1.4.1.11129.1", "1.3.6.1.4.1.11129.2"))
FIRST, SECOND = (bytes.fromhex("06082b06010401d679") + bytes([last]) for last in (1, 2))
assert TWICE.count(FIRST) == 1 and TWICE.count(SECOND) == 1

CERTIFICATES = {
    "elliptic-2020-2040": certificate(elliptic(), "2020-01-01", "2040-01-01"),
    "elliptic-2010-2020": certificate(elliptic(), "2010-01-01", "2020-01-01"),
    "elliptic-2016-2026": certificate(elliptic(), "2016-12-10", "2026-12-10"),
    "elliptic-2030-2040": certificate(elliptic(), "2030-01-01", "2040-01-01"),
    "elliptic-2020-9999": certificate(elliptic(), "2020-01-01", "9999-12-31T23:59:59"),
    "elliptic192-2020-2040": certificate(ec.generate_private_key(ec.SECP192R1()), "2020-01-01", "2040-01-01"),
    "elliptic384-2020-2040": certificate(ec.generate_private_key(ec.SECP384R1()), "2020-01-01", "2040-01-01"),
    "rsa512-2020-2040": certificate(openssl("genrsa", "512"), "2020-01-01", "2040-01-01"),
    "rsa1024-2020-2040": certificate(rsa.generate_private_key(65537, 1024), "2020-01-01", "2040-01-01"),
    "rsa2048-2020-2040": certificate(rsa.generate_private_key(65537, 2048), "2020-01-01", "2040-01-01"),
    "dsa1024-2020-2040": certificate(dsa.generate_private_key(1024), "2020-01-01", "2040-01-01"),
    "ed25519-2020-2040": certificate(ed25519.Ed25519PrivateKey.generate(), "2020-01-01", "2040-01-01"),
    "twice-2020-2040": TWICE.replace(SECOND, FIRST),
}

lines = [f"{name} {base64.b64encode(made).decode()}\n" for name, made in CERTIFICATES.items()]
pathlib.Path(__file__).with_name("certificates.txt").write_text("".join(lines))
