"""Do timers fire when they are due, and one run at a time?"""

from tests.local_host.serving import Served


async def test_a_timer_fires_and_its_runs_never_overlap(host: Served) -> None:
    """A timer of each second whose runs take longer starts again only after the run before ended."""
    await host.noted_at_least(6, "each_second")
    notes = await host.noted("each_second")
    moments = [note.get("start") or note["end"] for note in notes]
    assert ["start" in note for note in notes] == [n % 2 == 0 for n in range(len(notes))]
    assert moments == sorted(moments)


async def test_a_frequent_timer_is_told_no_status(host: Served) -> None:
    """Several firings a minute are not monitored, so there is no status; the schedule is a cron one, never past due."""
    first = (await host.noted_at_least(1, "each_second"))[0]
    assert (first["past_due"], first["schedule"], first["status"]) == (False, {"AdjustForDST": True}, {})


async def test_run_on_startup_fires_at_once_with_the_schedules_status(host: Served) -> None:
    """A yearly timer runs at the start and knows its next firing."""
    first = (await host.noted_at_least(1, "at_start"))[0]
    assert first["status"]["Next"].endswith("-01-01T00:00:00+00:00")
    assert first["status"]["Last"].startswith("0001-01-01")
