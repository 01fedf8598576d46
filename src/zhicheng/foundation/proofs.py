"""Checking heads and proofs of the ledger without the database: files, SHA-256 and a public key are all it takes. Knows no Django.

A *head* says what the whole ledger was at one moment: how many entries, the last one's hash, the root of the tree over all, signed.
A *proof* shows that one entry is in the ledger of a head. ``docs/ledger.md`` describes both files for whoever writes their own check.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from zhicheng.foundation import merkle

HEAD = "zhicheng-ledger-head/1"
PROOF = "zhicheng-ledger-proof/1"
ED25519, ECDSA_P256 = "ed25519", "ecdsa-p256-sha256"


def public_key_of(pem: bytes) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
    """The public key in a PEM file, of one of the two kinds that sign heads. Raises ``ValueError`` for anything else."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, ed25519.Ed25519PublicKey) and not (
        isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        raise ValueError("an Ed25519 or P-256 key signs the ledger")
    return key


def key_id(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> str:
    """How a key is named: the SHA-256 of its public part (SubjectPublicKeyInfo, DER), 64 hex digits."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def is_signed(statement: bytes, *, algorithm: str, signature: str, key: Any) -> bool:
    """Whether ``signature`` (base64) is that of ``key`` over ``statement``, made with ``algorithm``."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if algorithm == ED25519 and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(raw, statement)
        elif algorithm == ECDSA_P256 and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(raw, statement, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def faults_of_head(document: Any, *, key: Any = None) -> list[str]:
    """What is wrong with a head: ``malformed``, ``unsigned``, ``signature``, ``other_key``, ``consistency``; empty when all is well.

    Without ``key`` the file's own public key is taken: then the signature says only that the file was not changed by accident.
    """
    try:
        statement, signed = document["statement"], document["signature"]
        if document["kind"] != HEAD or statement["hash_algorithm"] != "sha256" or statement["tree"] != "rfc6962":
            return ["malformed"]
        count, root = int(statement["count"]), bytes.fromhex(statement["root"])
        faults = _faults_of_signature(rfc8785.dumps(statement), signed, document.get("public_key", ""), key)
        before = statement["previous"]
        if before is not None:
            path = [bytes.fromhex(step) for step in document["consistency"]]
            if not merkle.is_consistent(int(before["count"]), bytes.fromhex(before["root"]), count, root, path):
                faults.append("consistency")
    except (KeyError, TypeError, ValueError, AttributeError):
        return ["malformed"]
    return faults


def _faults_of_signature(statement: bytes, signed: Any, enclosed: str, key: Any) -> list[str]:
    if not signed["value"]:
        return ["unsigned"]
    own = key if key is not None else public_key_of(enclosed.encode())
    if key is not None and signed["key_id"] != key_id(key):
        return ["other_key"]
    good = is_signed(statement, algorithm=signed["algorithm"], signature=signed["value"], key=own)
    return [] if good else ["signature"]


def faults_of_proof(document: Any, *, key: Any = None) -> list[str]:
    """What is wrong with a proof: ``malformed``, ``hash`` (the entry does not carry its hash), ``path`` (it is not in the tree of the
    head), and what :func:`faults_of_head` says of the head in it.
    """
    try:
        if document["kind"] != PROOF:
            return ["malformed"]
        entry, statement = document["entry"], document["head"]["statement"]
        canonical = rfc8785.dumps(entry)
        faults = [] if hashlib.sha256(canonical).hexdigest() == document["hash"] else ["hash"]
        leaf = merkle.leaf_hash(bytes.fromhex(document["salt"]) + canonical)
        path = [bytes.fromhex(step) for step in document["path"]]
        number, count = int(entry["number"]), int(statement["count"])
        if not merkle.is_included(leaf, number - 1, count, path, bytes.fromhex(statement["root"])):
            faults.append("path")
        return faults + faults_of_head(document["head"], key=key)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ["malformed"]
