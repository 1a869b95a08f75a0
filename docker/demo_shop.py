"""Run in `odoo shell`: what a newcomer's demo needs beside the modules' own data."""

import os

# ruff: noqa: F821  (`env` is the shell's)


def speak_both_languages():
    languages = env["res.lang"].search([("code", "in", ("en_US", "ru_RU"))])
    for website in env["website"].search([]):
        website.language_ids |= languages


def connect_endpoint(url):
    """The connector's demo data bring the integration point; the address is ours."""
    endpoint = env.ref("mindbox_connector.endpoint_demo", raise_if_not_found=False)
    if not endpoint:
        return
    if endpoint.state == "running":
        endpoint.action_pause()
    endpoint.url = url
    endpoint.action_start()


speak_both_languages()
connect_endpoint(os.environ["MINDBOX_SANDBOX"])
env.cr.commit()
