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
    # The sandbox's log tells within a minute what became of each call.
    log = {
        "log_export_operation": "Website.ExportOperationLogs",
        "log_export_interval": 1,
    }
    # Odoo's demo customers have names in Latin letters.
    endpoint.write({"url": url, "name_alphabet": "russian_latin", **log})
    endpoint.action_start()


def let_people_shop():
    """Anybody may sign up and pay with the demo provider, and no PDF is needed."""
    env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
    company = env.ref("base.main_company")
    providers = env["payment.provider"].search(
        [("code", "=", "demo"), ("company_id", "=", company.id)]
    )
    providers.write({"state": "test", "is_published": True})
    # The program that makes PDF files is not part of the set-up.
    env["mail.template"].search(
        [("model", "=", "sale.order"), ("report_template_ids", "!=", False)]
    ).report_template_ids = False


def give_points():
    """Who buys gets points on a card; the rest of the programs come with Odoo."""
    programs = env["loyalty.program"]
    if not programs.search([("program_type", "=", "loyalty")]):
        programs.create_from_template("loyalty")


def run_out_of_a_product():
    """People can wait for one product to come back."""
    product = env.ref("product.desk_organizer", raise_if_not_found=False)
    if product and not product.qty_available:
        product.allow_out_of_stock_order = False
        product.show_availability = True


speak_both_languages()
let_people_shop()
give_points()
run_out_of_a_product()
connect_endpoint(os.environ["MINDBOX_SANDBOX"])
env.cr.commit()
