"""The local Functions host: what Azure's .NET host does around Microsoft's Python worker, on one machine.

    __main__          the command line          host           one app served: start, order, end
    worker            the worker library's seam invocations    one invocation: timeout, log, outcome
    functions         what the app declares     payloads       what a function is handed and answers
    configuration     host.json and settings    connections    which storage account a binding means
    keys, routes      who may call, what path   http_triggers  requests to functions
    event_grid        Event Grid's webhook      admin          /admin: run, list, status
    schedules, timers when a timer is due       queues         queue messages to functions, poison
    backoff, stopping polling's pace, the end   logs           what is seen on stderr

Triggers: HTTP, queue, timer, Event Grid. Output bindings (other than the HTTP answer), input bindings, retry policies
and other triggers are refused at the start, by name. One app a process: the worker library keeps it in globals.
"""
