"""The public keys of a provider: which of them may verify which algorithms.

Knows: JSON Web Key Sets (RFC 7517), and the algorithms of each type of key (RFC 7518 section 3, RFC 8037, and
RFC 9864, which gives EdDSA a name for each curve).
Rules: the key says by which algorithms it may be used, the token never does. Left out are symmetric keys,
keys for encryption, weak and oversized keys, and a pair that shows its private half, with which anybody can
sign.
Must not know: where the keys came from, claims.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from jwt import register_algorithm
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from upload_service.clients.grant_keys import NOT_PUBLIC
from upload_service.identity.strict_json import json_object

RSA_ALGORITHMS: tuple[str, ...] = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
CURVE_ALGORITHMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
    ("OKP", "Ed448"): ("EdDSA", "Ed448"),
}
ALGORITHMS = frozenset(RSA_ALGORITHMS).union(*CURVE_ALGORITHMS.values())
_MAKERS = {"RSA": RSAAlgorithm.from_jwk, "EC": ECAlgorithm.from_jwk, "OKP": OKPAlgorithm.from_jwk}
# RFC 7518 section 3.3 for the least. 8192 bits take 0.8 ms, for which the loop waits.
RSA_BITS = range(2048, 8192 + 1)
# A public exponent as large as the modulus makes each verification as slow as a signature.
MAX_EXPONENT_BITS = 32
MAX_KEYS = 100

# The library has them under their older name alone; a release of it that has them keeps its own.
for _name in ("Ed25519", "Ed448"):
    with suppress(ValueError):
        register_algorithm(_name, OKPAlgorithm())


class SigningKey(NamedTuple):
    """A public key as the library takes it, and the algorithms that it may verify."""

    algorithms: tuple[str, ...]
    key: Any


@dataclass(frozen=True)
class KeySet:
    """The usable keys by their ids, and how many were left out for which reason."""

    by_id: Mapping[str | None, tuple[SigningKey, ...]]
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return sum(map(len, self.by_id.values()))

    def find(self, key_id: str | None) -> tuple[SigningKey, ...]:
        """The keys with this id; all keys for a token that names none."""
        if key_id is None:
            return tuple(key for keys in self.by_id.values() for key in keys)
        return self.by_id.get(key_id, ())


def read_key_set(text: bytes) -> KeySet:
    """The keys of a JSON Web Key Set. Raises ValueError for what is none; its text quotes nothing."""
    listed = json_object(text).get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ValueError("not a JSON Web Key Set")
    found: dict[str | None, tuple[SigningKey, ...]] = {}
    left_out: Counter[str] = Counter()
    for entry in listed:
        usable = _usable_key(entry)
        if isinstance(usable, str):
            left_out[usable] += 1
        else:
            key_id = entry.get("kid")
            found[key_id] = (*found.get(key_id, ()), usable)
    return KeySet(found, left_out)


def _usable_key(entry: object) -> SigningKey | str:
    """The key, or one word why it is left out."""
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str | None):
        return "malformed"
    if reason := _why_not(entry):
        return reason
    made, wanted = _public_key(entry), entry.get("alg")
    if isinstance(made, str) or wanted is None:
        return made
    return SigningKey((wanted,), made.key) if wanted in made.algorithms else "other_algorithm"


def _why_not(entry: Mapping[str, Any]) -> str | None:
    """One word why nobody may verify with this key, whatever it is; None if somebody may."""
    operations = entry.get("key_ops", ["verify"])
    if entry.get("kty") == "oct":
        return "symmetric"
    if not NOT_PUBLIC.isdisjoint(entry):
        return "private"
    if entry.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return "other_use"
    return None


def _public_key(entry: dict[str, Any]) -> SigningKey | str:
    """The key with all algorithms of its type, or one word why it is left out."""
    kind, curve = entry.get("kty"), entry.get("crv")
    algorithms = RSA_ALGORITHMS if kind == "RSA" else _of_curve(kind, curve)
    if not algorithms:
        return "other_type"
    try:
        key: Any = _MAKERS[str(kind)](entry)
        numbers = key.public_numbers() if kind == "RSA" else None
    except (PyJWTError, ValueError, TypeError, AttributeError, KeyError):
        return "malformed"
    if numbers and (key.key_size not in RSA_BITS or numbers.e.bit_length() > MAX_EXPONENT_BITS):
        return "weak_or_oversized"
    return SigningKey(algorithms, key)


def _of_curve(kind: object, curve: object) -> tuple[str, ...]:
    if not isinstance(kind, str) or not isinstance(curve, str):
        return ()
    return CURVE_ALGORITHMS.get((kind, curve), ())
