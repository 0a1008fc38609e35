"""A simulated Azure: App Service, Container Registry, RBAC and Event Grid, enough for the operator to live in.

In process, for tests:

    from local.azure.scenario import load_scenario, read_scenario
    from local.azure.transport import WorldCredential, WorldTransport
    from local.azure.world import ManualClock, World

    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    world = World(load_scenario("local/azure/scenarios/tutorial.yaml"), clock)
    web = WebSiteManagementClient(WorldCredential(world), world.default_subscription, transport=WorldTransport(world))

    pushed = world.push("tutorial", "team/hello", "latest", "hello-v2")   # pushed.digest, pushed.event
    world.restart("hello"); world.stop("hello"); world.start("hello")      # what other people do
    world.configure("hello", {"linuxFxVersion": "DOCKER|…"})
    world.set_app_settings("hello", {"DOCKER_ENABLE_CI": "true"})
    world.change_app("hello", in_progress_operation_id=None)               # other keys of a scenario's app …
    world.change_registry("tutorial", public_network_access="Disabled")    # … and of its registry
    world.release("tutorial", "team/hello", "latest")                      # out of quarantine
    world.deny({"name": "no", "scope": "tutorial", "actions": ["*"]}); world.lift_denial("no")
    world.webhooks.sent                                                    # what classic webhooks sent, and the status
    world.unpublished                                                      # what clients pushed over the OCI protocol
    world.assign_role("hello", "AcrPull", "tutorial", spreads_in=60); world.remove_role("hello", "AcrPull", "tutorial")
    clock.advance(10)
    world.instances("hello")                                               # InstanceView: status, serving, log
    world.faults.add(FaultRule(method="POST", path="/restart$", times=1, status=409, envelope="web", code="Conflict"))
    [call.operation for call in world.calls]; world.journal.of("sites.restart"); world.journal.clear()

A start takes 1 s beside the image's pull_seconds and start_seconds. Credentials of other principals:
`WorldCredential(world, principal_id)`.

As a process beside the real host names: `python -m local.azure --scenario FILE` (docs/local.md).

    scenario/       what a scenario file may say
    world/          the state, deterministic: everything follows from the scenario, what happened, and the clock
    arm/ acr/ apps.py   how it is spoken to: management.azure.com, *.azurecr.io, *.azurewebsites.net
    event_grid/     who is told of pushes: deliveries, retries, dead letters, handshakes
    front.py        hosts, scripted faults, the journal of calls
    transport.py    in process; proxy.py and __main__.py: as a process
"""
