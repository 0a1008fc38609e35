"""Table Storage's REST protocol over the tables. (azure-docs: storageservices/table-service-rest-api)"""

import json
import re
from base64 import b64decode, b64encode
from email.utils import format_datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from local.azure.asgi import Answer
from local.azure.world.clock import Clock
from local.in_process import Asked
from local.storage.batches import read_batch, write_batch
from local.storage.errors import Refused, RefusedAt
from local.storage.filters import EVERYTHING, parse_filter
from local.storage.tables import Entity, Kind, Tables, Write

_PAGE = 1000
_KEY = r"'((?:[^']|'')*)'"
_ENTITY = re.compile(rf"(\w+)\(PartitionKey={_KEY},RowKey={_KEY}\)")
_ENTITIES = re.compile(r"(\w+)(?:\(\))?")
_TABLE = re.compile(r"Tables\('(\w+)'\)")
_UNSAID = ("Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.Double")
"""Types that JSON shows by itself."""
_WRITES = {"PUT": Kind.REPLACE, "PATCH": Kind.MERGE, "MERGE": Kind.MERGE, "DELETE": Kind.DELETE}


class TableService:
    """Answers requests to `http://<host>/<account>/…`."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request; it takes no time."""
        try:
            answer = self._answer(asked)
        except Refused as refused:
            answer = _refusal(refused)
        except RefusedAt as refused_at:
            answer = _refusal(refused_at.refused)
        answer.headers.append(("Date", format_datetime(self._clock.now(), usegmt=True)))
        return answer

    def _answer(self, asked: Asked) -> Answer:
        name = _name(asked.url)
        query = {key: values[0] for key, values in parse_qs(urlsplit(asked.url).query).items()}
        match asked.method:
            case "POST" if name == "$batch":
                return self._batch(asked)
            case "POST" if name == "Tables":
                return self._create_table(json.loads(asked.body)["TableName"])
            case "GET" if name in ("Tables", "Tables()"):
                return _json(200, {"value": [{"TableName": table} for table in self._tables.names()]})
            case "DELETE" if table := _TABLE.fullmatch(name):
                self._tables.drop(table[1])
                return Answer(204)
            case "GET" if entity := _ENTITY.fullmatch(name):
                return _entity(200, self._tables.get(entity[1], _unquoted(entity[2]), _unquoted(entity[3])))
            case "GET" if entities := _ENTITIES.fullmatch(name):
                return self._query(entities[1], query)
        table_name, write = _read_write(asked.method, name, asked)
        return _written(write, self._tables.write(table_name, [write])[0])

    def _create_table(self, name: str) -> Answer:
        self._tables.create(name)
        return _json(201, {"TableName": name})

    def _query(self, table: str, query: dict[str, str]) -> Answer:
        wanted = parse_filter(query["$filter"]) if "$filter" in query else EVERYTHING
        size = min(int(query.get("$top", _PAGE)), _PAGE)
        start = (_from_token(query.get("NextPartitionKey")), _from_token(query.get("NextRowKey")))
        found = list(islice(self._tables.query(table, wanted, start), size + 1))
        answer = _json(200, {"value": [_body(entity) for entity in found[:size]]})
        if len(found) > size:
            answer.headers.append(("x-ms-continuation-NextPartitionKey", _to_token(found[size].partition)))
            answer.headers.append(("x-ms-continuation-NextRowKey", _to_token(found[size].row)))
        return answer

    def _batch(self, asked: Asked) -> Answer:
        try:
            batch = read_batch(asked.header("Content-Type") or "", asked.body)
            named = [_read_write(one.method, _name(one.url), one) for one in batch]
            _check_batch(named)
            writes = [write for _, write in named]
            done = self._tables.write(named[0][0], writes)
        except Refused as refused:
            return write_batch([_refusal(refused)])
        except RefusedAt as refused_at:
            return write_batch([_refusal(refused_at.in_batch)])
        return write_batch([_written(write, entity) for write, entity in zip(writes, done, strict=True)])


def _read_write(method: str, name: str, asked: Asked) -> tuple[str, Write]:
    """The table and what is to be written there."""
    properties = json.loads(asked.body) if asked.body.strip() else {}
    if method == "POST" and (into := _ENTITIES.fullmatch(name)):
        keys = (properties.get("PartitionKey"), properties.get("RowKey"))
        if not all(isinstance(key, str) for key in keys):
            raise Refused(400, "PropertiesNeedValue", "The values are not specified for all properties in the entity.")
        return into[1], Write(Kind.INSERT, str(keys[0]), str(keys[1]), _own(properties))
    entity = _ENTITY.fullmatch(name)
    if entity is None or method not in _WRITES:
        raise Refused(405, "UnsupportedHttpVerb", f"{method} {name} is not known here.")
    keys = (_unquoted(entity[2]), _unquoted(entity[3]))
    return entity[1], Write(_WRITES[method], *keys, _own(properties), asked.header("If-Match"))


def _check_batch(named: list[tuple[str, Write]]) -> None:
    if len({(table, write.partition) for table, write in named}) > 1:
        raise Refused(400, "CommandsInBatchActOnDifferentPartitions", "All commands must be of one partition.")
    if len({write.row for _, write in named}) < len(named):
        raise Refused(400, "InvalidDuplicateRow", "The batch holds two commands for the same row.")


def _own(properties: dict[str, Any]) -> dict[str, Any]:
    """What is stored of an entity's JSON: neither the keys nor what the service adds itself."""
    keys = ("PartitionKey", "RowKey", "Timestamp")
    return {
        name: value
        for name, value in properties.items()
        if name.partition("@")[0] not in keys
        and not name.startswith("odata.")
        and not (name.endswith("@odata.type") and value in _UNSAID)
    }


def _written(write: Write, entity: Entity | None) -> Answer:
    if entity is None:
        return Answer(204)
    if write.kind is Kind.INSERT:
        return _entity(201, entity)
    return Answer(204, [("ETag", entity.etag)])


def _entity(status: int, entity: Entity) -> Answer:
    answer = _json(status, _body(entity))
    answer.headers.append(("ETag", entity.etag))
    return answer


def _body(entity: Entity) -> dict[str, Any]:
    own = {"odata.etag": entity.etag, "PartitionKey": entity.partition, "RowKey": entity.row}
    return own | dict(entity.properties) | {"Timestamp": f"{entity.timestamp:%Y-%m-%dT%H:%M:%S.%f}0Z"}


def _refusal(refused: Refused) -> Answer:
    error = {"code": refused.code, "message": {"lang": "en-US", "value": refused.message}}
    answer = _json(refused.status, {"odata.error": error})
    answer.headers.append(("x-ms-error-code", refused.code))
    return answer


def _json(status: int, body: dict[str, Any]) -> Answer:
    content_type = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"
    return Answer(status, [("Content-Type", content_type)], [json.dumps(body).encode()])


def _name(url: str) -> str:
    """What is asked for below the account."""
    return unquote(urlsplit(url).path).split("/", 2)[2]


def _unquoted(key: str) -> str:
    return key.replace("''", "'")


def _to_token(key: str) -> str:
    return b64encode(key.encode()).decode()


def _from_token(token: str | None) -> str:
    return b64decode(token).decode() if token else ""
