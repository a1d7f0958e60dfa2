"""Reads the parameters of a call from the query, a JSON body, a form or a multipart form."""

import json
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from tests.botapi.errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes


async def raw_parameters(request: Request) -> dict[str, object]:
    query = dict(request.query_params)
    body = await request.body()
    given = read_body(request.headers.get("content-type", ""), body) if body else {}
    return {**query, **given}


def read_body(content_type: str, body: bytes) -> dict[str, object]:
    match content_type.partition(";")[0].strip():
        case "application/json":
            return read_json(body)
        case "application/x-www-form-urlencoded":
            return read_form(body)
        case "multipart/form-data":
            return read_multipart(content_type, body)
        case other:
            raise bad_request(f"unknown content type {other!r}")


def read_json(body: bytes) -> dict[str, object]:
    try:
        parameters = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(parameters, dict):
        raise bad_request("expected a JSON object of parameters")
    return parameters


def read_form(body: bytes) -> dict[str, object]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError as error:
        raise bad_request("can't parse the form") from error
    return unique(pairs)


def read_multipart(content_type: str, body: bytes) -> dict[str, object]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise bad_request("can't parse the multipart form")
    pairs: list[tuple[str, object]] = []
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        file_name = part.get_filename()
        name = str(part.get_param("name", header="content-disposition"))
        pairs.append((name, Upload(file_name, content) if file_name else content.decode()))
    return unique(pairs)


def unique(pairs: list[tuple[str, object]] | list[tuple[str, str]]) -> dict[str, object]:
    parameters: dict[str, object] = dict(pairs)
    if len(parameters) != len(pairs):
        raise bad_request("a parameter is given twice")
    return parameters
