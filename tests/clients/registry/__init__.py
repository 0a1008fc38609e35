"""Do real clients of registries push to the simulated registry, and does the operator follow? Part of `make test`.

The clients are programs that know nothing of these tests:

    oras_program.py azure_program.py    the clients
    clients.py                          how the tests run them
    layouts.py                          the images that they push
    harbour.py scenario.yaml            what they push into, and the apps that follow
    recordings/                         what real registries answered to others
"""
