"""The doctor: everything that a person is told to check on a container in App Service, checked.

facts.py         what is looked at
checks.py        the catalogue of checks, and what one says
commands.py      the `az` commands that mend what is wrong
pulling.py key_vault.py webhooks.py events.py configuration.py reach.py running.py   facts → Check
examination.py   all of them over one app, and which app is worst
"""
