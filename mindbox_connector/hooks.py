# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def uninstall_hook(env):
    remove_traces(env, "mindbox_connector", "mindbox.")
    env["mindbox.feed.build"]._remove_all_files()


def remove_traces(env, addon, prefix):
    """Remove what stays behind when Odoo removes the models of an add-on.

    Jobs that wait would run into models that are gone; files and parameters belong to
    no record that Odoo removes.

    :param addon: its technical name, with which the keys of its parameters begin
    :param prefix: what the names of its models begin with
    """
    models = [name for name in env.registry if name.startswith(prefix)]
    waiting = ("wait_dependencies", "pending", "enqueued")
    jobs = [("model_name", "in", models), ("state", "in", waiting)]
    env["queue.job"].search(jobs).button_cancelled()
    # A field's files are found only by who names the field.
    names = [False, *(name for model in models for name in env[model]._fields)]
    files = [("res_model", "in", models), ("res_field", "in", names)]
    env["ir.attachment"].sudo().search(files).unlink()
    parameters = [("key", "=like", f"{addon}.%")]
    env["ir.config_parameter"].sudo().search(parameters).unlink()
