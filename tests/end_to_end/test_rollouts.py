"""From a push to a serving container, through everything: Event Grid, the host, queues, tables, SDK clients, Azure."""

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.end_to_end.place import Place, eventually


async def test_a_push_becomes_a_serving_container(town: Place) -> None:
    """Pushed, delivered, checked, restarted once, watched; both instances serve it, and each step is in the history."""
    digest = await town.push("shop", "v2")
    done = await town.until("shop", "succeeded")
    assert (done["digest"], done["proof"], done["cause"], done["attempts"]) == (digest, "pulled", "push", 1)
    assert await town.served("shop") == {digest}
    assert await town.acts("shop") == ["sites.restart"]
    states = [step["state"] for step in done["steps"]]
    assert states[:4] == ["pending", "checking", "applying", "verifying"]
    assert states[-1] == "succeeded"
    assert (await town.ask("/apps/shop"))["running"] == {
        "digest": digest,
        "proof": "pulled",
        "since": done["endedAt"],
        "rollout": done["sequence"],
    }


async def test_a_missing_role_is_waited_for(town: Place) -> None:
    """Denied: nothing is done and the command is there; with the role, the same rollout goes on by itself."""
    old = await town.served("orders")
    digest = await town.push("orders", "v2")
    waiting = await town.until("orders", "waiting_access")
    assert waiting["reason"] == "role_missing"
    assert waiting["access"]["fix"][0].startswith("az role assignment create")
    assert (await town.ask("/apps/orders/access"))["verdict"] == "denied"
    assert (await town.acts("orders"), await town.served("orders")) == ([], old)
    role = {"principal": "orders", "role": "AcrPull", "scope": "contoso"}
    assert (await town.stranger.post(f"{town.control}/role-assignments", json=role)).is_success
    done = await town.until("orders", "succeeded")
    assert done["sequence"] == waiting["sequence"]
    assert await town.served("orders") == {digest}


async def test_a_crash_is_explained(town: Place) -> None:
    """The exit code and the container's own words are in the answer, and the digest is not rolled out again."""
    digest = await town.push("blog", "crashes")
    failed = await town.until("blog", "failed")
    assert (failed["reason"], failed["stall"]["reason"]) == ("container_exited", "container_exited")
    told = "\n".join(failed["stall"]["lines"])
    assert "exit code: 3" in told
    assert "KeyError: 'DATABASE_URL'" in told
    assert failed["stall"]["whatToDo"]
    assert (await town.ask("/apps/blog"))["rejected"] == [digest]
    await town.push("blog", "crashes")
    skipped = await town.until("blog", "skipped", after=failed["sequence"])
    assert skipped["reason"] == "rejected"
    assert await town.acts("blog") == ["sites.restart"]


async def test_a_lost_event_is_found_by_the_drift_check(town: Place) -> None:
    """Nobody tells of the push; the drift check names the app, and it is rolled out for that reason."""
    digest = await town.push("news", "v2", drop=True)
    key = (await town.ask("/apps/news"))["id"]
    drift = await town.tell("/drift/check")
    assert (drift["marked"], drift["unknown"]) == ([key], [])
    done = await town.until("news", "succeeded")
    assert (done["cause"], done["digest"]) == ("drift", digest)
    assert (await town.tell("/drift/check"))["marked"] == []


async def test_a_freeze_holds_and_its_end_lets_go(town: Place) -> None:
    """Frozen: decided, held, nothing done, with who and why; unfrozen, the same rollout goes on at once."""
    await town.tell("/freeze", {"by": "ana", "why": "black friday"})
    assert (await town.ask("/health"))["freeze"]["frozen"] is True
    digest = await town.push("cart", "v2")
    held = await town.until("cart", "held")
    assert held["reason"] == "frozen"
    assert "ana" in held["detail"]
    assert "black friday" in held["detail"]
    assert await town.acts("cart") == []
    assert (await town.tell("/unfreeze", {"by": "ben"}))["frozen"] is False
    done = await town.until("cart", "succeeded")
    assert (done["sequence"], await town.served("cart")) == (held["sequence"], {digest})


async def test_a_cloud_event_at_the_event_grid_endpoint(town: Place) -> None:
    """The function trigger takes CloudEvents 1.0, as one object: 202, and the app is rolled out."""
    digest = await town.push("mail", "v2", drop=True)
    answer = await town.stranger.post(
        town.running.addresses.events,
        json=cloud_event("contoso.azurecr.io", "mail", "stable", digest),
        headers={"aeg-event-type": "Notification"},
    )
    assert answer.status_code == 202
    done = await town.until("mail", "succeeded")
    assert (done["cause"], done["digest"]) == ("push", digest)


async def test_the_registry_is_believed_not_the_event(town: Place) -> None:
    """An event that names a digest which the registry never had brings the app to what the registry has."""
    before = (await town.newest("mail"))["sequence"]
    digest = await town.push("mail", "v3", drop=True)
    forged = cloud_event("contoso.azurecr.io", "mail", "stable", f"sha256:{'0' * 64}", "2020-01-01T00:00:00Z")
    assert (await town.deliver(forged)).json()["value"][0]["result"] == "marked"
    assert (await town.until("mail", "succeeded", after=before))["digest"] == digest


async def test_a_person_deploys_now(town: Place) -> None:
    """POST rollouts answers 202, and the rollout says who asked."""
    before = (await town.newest("shop"))["sequence"]
    answer = await town.friend.post(f"{town.admin}/apps/shop/rollouts", json={"by": "ana"})
    assert answer.status_code == 202
    done = await town.until("shop", "succeeded", after=before)
    assert (done["cause"], done["causedBy"].partition(":")[0]) == ("person", "ana")


async def test_three_copies_of_an_event_are_one_restart(town: Place) -> None:
    """Duplicates die in the decision: one restart, whatever the history says of the other two."""
    before = len(await town.acts("cart"))
    last = (await town.newest("cart"))["sequence"]
    body = {"registry": "contoso", "repository": "cart", "tag": "stable", "image": "v3", "copies": 3}
    digest = (await town.stranger.post(f"{town.control}/push", json=body)).json()["digest"]

    async def delivered() -> Any:
        deliveries = (await town.stranger.get(f"{town.control}/events")).json()["deliveries"]
        return all(one["state"] == "delivered" for one in deliveries[-3:]) or None

    await eventually(delivered, "all three copies are delivered")

    async def serving() -> Any:
        return await town.served("cart") == {digest} or None

    await eventually(serving, "cart serves it")
    await town.until("cart", "succeeded", "skipped", after=last)

    async def at_rest() -> Any:
        return "rollout" not in await town.ask("/apps/cart") or None

    await eventually(at_rest, "nothing of cart is under way")
    assert len(await town.acts("cart")) == before + 1


def cloud_event(host: str, repository: str, tag: str, digest: str, at: str | None = None) -> dict[str, Any]:
    """A push as a CloudEvent."""
    at = at or datetime.now(UTC).isoformat()
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso",
        "type": "Microsoft.ContainerRegistry.ImagePushed",
        "subject": f"{repository}:{tag}",
        "time": at,
        "data": {
            "id": str(uuid.uuid4()),
            "timestamp": at,
            "action": "push",
            "target": {"digest": digest, "repository": repository, "tag": tag},
            "request": {"host": host, "method": "PUT"},
        },
    }
