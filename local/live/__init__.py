"""`make live`: the operator on this machine against a real subscription, and what Azure answers otherwise than ours.

    places        where it is played: a subscription, or the simulated Azure; only the endpoints differ
    recording_proxy ◄─ all traffic of both the operator and the story ─► recording: a file, masking: without secrets
    identity      the operator's managed identity is whoever signed in with `az login`
    management    calls that make, change and delete, followed to their end
    resources     a resource group with registry, plan, app and slot; images, roles; gone at the end
    pulley        the operator: Azurite, the Functions host with function_app.py, its admin API
    events        what Event Grid would have told: no event of Azure's reaches this machine
    story         what is played
    performance   one place, from nothing to nothing
    shapes ◄─ comparison ─► report: the differences, in Markdown

The story is played against the simulated Azure first, which proves this machine, and then against the real one.
"""
