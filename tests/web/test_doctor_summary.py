"""GET /api/doctor: all apps, the worst first, a line for each."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from operators.errors import BadInput
from operators.web.doctor import SummaryAnswer
from tests.web.clinic import PORT, SECRET, Clinic, site, story

MANY = story(
    sites=[
        site(),
        site("blog", app_settings=PORT, always_on=False),
        site("news", app_settings=PORT),
        site("cart", app_settings=PORT, tags={}),
    ],
    registries=[{"name": "contoso", "tags": {f"{name}:stable": "v1" for name in ("shop", "blog", "cart")}}],
    role_assignments=[
        {"principal": "shop", "role": "Key Vault Secrets User", "scope": "safe"},
        *({"principal": name, "role": "AcrPull", "scope": "contoso"} for name in ("shop", "blog", "news")),
    ],
)
"""shop is well, blog is not always on, the image of news is gone, and cart is not looked after."""
URL = "https://pulley/api/doctor"


def told_of(summary: SummaryAnswer) -> tuple[str, str, int, int]:
    """What the order goes by."""
    return summary.name, summary.status, summary.problems, summary.warnings


async def test_all_apps_the_worst_first() -> None:
    """Those that are looked after, each with what is not ok and how much of that there is."""
    clinic = await Clinic.open(MANY)
    page = await clinic.api.apps(URL, {})
    (news, status, problems, _), *others = (told_of(one) for one in page.value)
    assert (news, status) == ("news", "problem")
    assert problems > 0
    assert others == [("blog", "warning", 0, 1), ("shop", "ok", 0, 0)]
    assert [check.code for check in page.value[1].checks] == ["always_on"]
    assert page.next_link is None


async def test_pages_of_apps() -> None:
    """Each page goes on where the one before ended; the link does not repeat a key."""
    clinic = await Clinic.open(MANY)
    names: list[str] = []
    query = {"$top": "1"}
    while query:
        page = await clinic.api.apps(f"{URL}?code={SECRET}", query)
        names += [one.name for one in page.value]
        assert SECRET not in (page.next_link or "")
        query = dict(parse_qsl(urlsplit(page.next_link or "").query))
    assert names == ["news", "blog", "shop"]


async def test_what_is_read_of_a_registry_is_read_once_for_all_apps() -> None:
    """The calls of a registry do not grow with its apps, and no app costs more than a dozen or so of its own."""
    clinic = await Clinic.open(MANY)
    await clinic.api.apps(URL, {})
    calls = clinic.calls()
    once = ("webhooks.list", "registries.usages", "registries.list")
    assert {name: calls[name] for name in once} == dict.fromkeys(once, 1)
    assert sum(count for name, count in calls.items() if name.startswith(("subscriptions", "event", "topics"))) <= 2
    assert sum(calls.values()) <= 3 * 16


async def test_a_page_of_no_apps_is_refused() -> None:
    """What cannot be meant is said."""
    clinic = await Clinic.open(MANY)
    with pytest.raises(BadInput):
        await clinic.api.apps(URL, {"$top": "0"})
