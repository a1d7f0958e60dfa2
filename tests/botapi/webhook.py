"""Pushes updates to the webhook: one connection, in order, each until it is answered with 2xx."""

import asyncio
import time

import httpx

from tests.botapi.updates import Update
from tests.botapi.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_ANSWER = 10.0


async def push_updates(world: World, retry_interval: float) -> None:
    async with httpx.AsyncClient(timeout=LONGEST_ANSWER, trust_env=False, verify=False) as client:
        while True:
            if not (world.webhook.url and world.updates.pending):
                await world.change(None)
                continue
            update = world.updates.pending[0]
            if await delivered(client, world, update):
                forget(world, update)
            else:
                await asyncio.sleep(retry_interval)


async def delivered(client: httpx.AsyncClient, world: World, update: Update) -> bool:
    webhook = world.webhook
    headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
    try:
        response = await client.post(webhook.url, json=update, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        return failed(world, "Connection failed")
    if not response.is_success:
        return failed(world, f"Wrong response from the webhook: {response.status_code}")
    return True


def failed(world: World, reason: str) -> bool:
    world.webhook.last_error = reason
    world.webhook.last_error_at = int(time.time())
    return False


def forget(world: World, update: Update) -> None:
    pending = world.updates.pending
    if pending and pending[0] is update:
        del pending[0]
    world.touch()
