"""What a verdict costs: reads that apps of one registry share, and that a cached one makes nobody wait."""

import asyncio
from collections import Counter
from typing import Any

from operators.core.access import Reason, Verdict
from tests.cloud.asking import Asker, story

APPS = 100


def town(**more: Any) -> dict[str, Any]:
    """A hundred apps, each with an identity of its own, that pull from one registry."""
    (one,) = story()["sites"]
    names = [f"shop{n}" for n in range(APPS)]
    grants = [{"principal": name, "role": "AcrPull", "scope": "contoso"} for name in names]
    sites = [one | {"name": name} for name in names]
    return story(sites=sites, role_assignments=grants, page_size=1000) | more


async def ask_all(asker: Asker) -> Counter[str]:
    """Ask for every app's verdict at once; how often the reads were made that are not the app's own."""
    verdicts = await asyncio.gather(*(asker.verdict(f"shop{n}") for n in range(APPS)))
    assert {one.verdict for one in verdicts} == {Verdict.ALLOWED}
    own = ("sites.get", "config.get", "acr.tag")
    return Counter(call for call in asker.calls() if call not in own)


async def test_a_hundred_apps_of_one_registry_cost_a_handful_of_calls() -> None:
    """Registry, assignments, deny assignments, one role, one manifest and its token, once; five minutes later again."""
    asker = Asker(town())
    cold = await ask_all(asker)
    assert cold.total() == 7
    assert set(cold.values()) == {1}
    asker.clock.advance(30)  # ARM's budget of reads fills up again
    assert await ask_all(asker) == Counter()
    asker.clock.advance(270)
    assert await ask_all(asker) == Counter(
        {"registries.list": 1, "roles.assignments": 1, "roles.denials": 1, "acr.manifest": 1}
    )


async def test_a_private_endpoint_is_read_once_for_all_apps_behind_it() -> None:
    """One call more, and it is kept for a day: an endpoint stays in its subnet."""
    network = {"virtual_network_subnet": "hub/apps", "vnet_image_pull": True}
    endpoint = {"name": "hub", "resource_group": "apps", "virtual_network_subnet": "hub/endpoints"}
    walled = {"sku": "Premium", "network_rule_set": {"default_action": "Deny", "ip_rules": ["203.0.113.20"]}}
    told = town()
    sites = [one | network for one in told["sites"]]
    registries = [one | walled | {"private_endpoints": [endpoint]} for one in told["registries"]]
    asker = Asker(told | {"sites": sites, "registries": registries})
    assert (await ask_all(asker))["endpoints.get"] == 1
    asker.clock.advance(300)
    assert "endpoints.get" not in await ask_all(asker)


async def test_groups_are_asked_for_only_where_an_identity_has_no_role_of_its_own() -> None:
    """One list for all, and one more for each identity whose role comes through a group."""
    through_group = {"principal": "pullers", "role": "AcrPull", "scope": "contoso"}
    grants = [grant for grant in town()["role_assignments"] if grant["principal"] not in ("shop7", "shop8")]
    groups = [{"name": "pullers", "members": ["shop7", "shop8"]}]
    asker = Asker(town(role_assignments=[*grants, through_group], groups=groups))
    assert (await ask_all(asker))["roles.assignments"] == 1 + 2


async def test_a_denial_is_read_afresh_before_it_is_said() -> None:
    """The list is kept, without the role; the role is given; the next verdict knows it."""
    asker = Asker(story(role_assignments=[]))
    assert (await asker.verdict()).reason is Reason.ROLE_MISSING
    asker.clock.advance(1)
    asker.world.assign_role("shop", "AcrPull", "contoso")
    assert (await asker.verdict()).reason is Reason.ROLE_PROPAGATING


async def test_a_firewall_that_was_opened_is_seen_at_once() -> None:
    """What was kept of the registry itself makes nobody wait either."""
    asker = Asker(story(registry={"public_network_access": "Disabled", "sku": "Premium"}))
    assert (await asker.verdict()).reason is Reason.REGISTRY_CLOSED
    asker.clock.advance(1)
    asker.world.change_registry("contoso", public_network_access="Enabled")
    assert (await asker.verdict()).reason is Reason.ROLE_GRANTED


async def test_what_was_just_read_is_not_read_again() -> None:
    """A denial whose reads were all made in this step costs no second look."""
    asker = Asker(story(role_assignments=[]))
    await asker.verdict()
    calls = Counter(asker.calls())
    assert calls["registries.list"] == calls["roles.denials"] == 1
    assert calls["roles.assignments"] == 2, "everybody's, and the groups of this one"


async def test_a_grant_that_was_kept_lasts_five_minutes() -> None:
    """A role that was taken away may be thought to be there for so long, and no longer."""
    asker = Asker(story())
    assert (await asker.verdict()).verdict is Verdict.ALLOWED
    asker.world.remove_role("shop", "AcrPull", "contoso")
    asker.clock.advance(299)
    assert (await asker.verdict()).verdict is Verdict.ALLOWED
    asker.clock.advance(1)
    assert (await asker.verdict()).reason is Reason.ROLE_MISSING
