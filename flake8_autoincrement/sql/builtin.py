"""The functions of PostgreSQL itself that statements call for what they do: none of them changes a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PREFIXES = re.compile(
    r"(pg|current|inet|has|to|array|json|jsonb|regexp|date|string|txid|xml|lo|obj|col|shobj|row|quote|gin|brin|make|"
    r"clock|statement|transaction|timezone|trunc|round|format|bool|bit|every|lower|upper|uuid|gen)_"
)
_NAMES = frozenset("""
    abs age array_agg avg cardinality ceil ceiling char_length coalesce concat concat_ws count currval decode encode
    exp extract floor format generate_series greatest initcap lastval least left length ln log lower lpad ltrim
    max md5 min mod nextval now nullif octet_length overlay position power random repeat replace reverse right round
    rpad rtrim session_user set_config setseed setval sha256 sign split_part sqrt strpos substr substring sum
    timeofday timezone translate trim trunc unnest upper user uuidv4 uuidv7 version width_bucket
    """.split())


def is_builtin(names: Sequence[str]) -> bool:
    """Say whether a function is PostgreSQL's own, by its name as it is written."""
    *schema, name = names or [""]
    if schema:
        return schema == ["pg_catalog"]
    return name in _NAMES or _PREFIXES.match(name) is not None
