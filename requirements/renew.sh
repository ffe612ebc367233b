#!/bin/sh
# Renew the pinned requirements from pyproject.toml: versions and hashes, no index or host lines.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "renewing the pins needs uv on the PATH" >&2; exit 2; }
pin() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"; }
echo "hatchling" | pin - -o requirements/build.txt
pin pyproject.toml -o requirements/runtime.txt
pin pyproject.toml --extra llm -c requirements/runtime.txt -o requirements/llm.txt
pin pyproject.toml --extra embeddings -c requirements/runtime.txt -o requirements/embeddings.txt
pin pyproject.toml --extra llm --group dev -c requirements/llm.txt -o requirements/dev.txt
