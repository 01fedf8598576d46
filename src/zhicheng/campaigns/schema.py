"""The JSON Schema of a campaign file, made from the typed model: for editors, and for whoever writes next year's file."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from zhicheng.campaigns.notice import Notice


class _Plain(GenerateJsonSchema):
    """Without a title for every key: it would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def campaign_schema() -> str:
    """The schema (JSON Schema 2020-12) as text. What compares parts of a file with each other is said by ``zhicheng campaign check`` alone."""
    schema: dict[str, Any] = Notice.model_json_schema(schema_generator=_Plain)
    said = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Campaign file (申报批次文件)",
        "description": "One year's round under one official notice. Written in YAML, UTF-8; times are minutes of Beijing time.",
    }
    return json.dumps({**schema, **said}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
