"""Pulley, the operator. The map of the house:

    registry push ─► function_app.image_pushed ─┐
    webhook, CloudEvents ─► function_app.events ┤ flows/intake: who follows this repository? leave a mark, enqueue
    timer check_drift ─► flows/drift ───────────┤
    admin API ─► web/admin ─────────────────────┘
        queue "looks" ─► flows/reconcile: claim, then one step by the rollout's state, then one commit
            planning (core/choice: what should it run) ─► gating (core/gate: may we act now) ─► applying ─► verifying
            verifying (core/judgement: does it serve) ─► recovering (core/recovery: what may be tried) ─► applying
        what became of it ─► flows/publishing ─► queue "notices" ─► web/notifications: POSTed to whoever listens
    timer check_drift ─► flows/deployments: what others have under way for too long is a finding
    the doctor: web/doctor ─► flows/doctoring ─► core/doctor: what a person is told to check, read and judged
    timer sweep ─► flows/sweep: what is overdue is enqueued again; poisoned rollouts are interrupted and resumed

`core/` decides: frozen models and pure functions, `now` passed in. `cloud/` reads and writes, one file per service, and
turns SDK errors into `errors.py`. `flows/` read → decide → act → record. `web/` speaks HTTP without the host: events
in, the admin API, news out. `assembly.py` makes one of each. Imports run one way, checked by import-linter:
function_app → assembly → web → flows → cloud → core; settings and errors may be imported by all but core.
"""
