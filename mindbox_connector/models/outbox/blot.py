# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Erased customers out of texts that belong to nobody: of jobs, chatter, activities.

An error may quote the row it came from, and what Mindbox says may quote anything.
"""

from odoo.tools import SQL

# The columns with texts of queue_job; the arguments of our jobs are IDs.
JOB_COLUMNS = ("name", "result", "exc_name", "exc_message", "exc_info")
# Tables of the chatter, their columns, and the condition on their model.
CHATTER = (
    ("mail_message", ("subject", "body"), "model = ANY(%s)"),
    ("mail_activity", ("summary", "note"), "res_model = ANY(%s)"),
    (
        "mail_tracking_value",
        ("old_value_char", "new_value_char", "old_value_text", "new_value_text"),
        "mail_message_id IN (SELECT id FROM mail_message WHERE model = ANY(%s))",
    ),
)


def blot_out(env, patterns):
    """Replace what fits one of some patterns by an ellipsis.

    :param list patterns: regular expressions that Python and PostgreSQL read alike
    """
    if not patterns:
        return
    # Whole words: somebody may be called like a part of one.
    pattern = rf"(?<!\w)({'|'.join(patterns)})(?!\w)"
    # What long jobs work on has chatter, and reasons why it does not go on.
    models = sorted(env.registry.descendants(["mindbox.job"], "_inherit"))
    tables = [("queue_job", JOB_COLUMNS, SQL("model_name = ANY(%s)", models))]
    tables += [(table, names, SQL(where, models)) for table, names, where in CHATTER]
    for model in models:
        if env[model]._auto and not env[model]._abstract:
            names = [n for n in env[model]._fields if n.endswith("reason_details")]
            tables.append((env[model]._table, names, SQL("TRUE")))
    env.flush_all()
    for table, columns, condition in tables:
        for column in columns:
            _replace(env, table, column, pattern, condition)
    env.invalidate_all(flush=False)


def _replace(env, table, column, pattern, condition):
    env.cr.execute(
        SQL(
            """
            UPDATE %(table)s
               SET %(column)s = regexp_replace(
                       %(column)s::text, %(pattern)s, '…', 'gi')::%(type)s
             WHERE %(column)s::text ~* %(pattern)s AND %(condition)s
            """,
            table=SQL.identifier(table),
            column=SQL.identifier(column),
            type=SQL("jsonb" if column.endswith("_details") else "text"),
            pattern=pattern,
            condition=condition,
        ),
        log_exceptions=False,
    )
