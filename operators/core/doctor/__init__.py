"""The doctor: everything that a person is told to check on a container in App Service, checked.

facts.py         what is looked at
checks.py        the catalogue of checks, and what one of them says
pulling.py stage.py key_vault.py configuration.py events.py webhooks.py reach.py running.py   facts → Check
containers.py    the same for each container of a sidecar-enabled site
registry.py      the registry of an app's image, for those that are about it
commands.py      the `az` commands that mend what was found
examination.py   all of them over one app
"""
