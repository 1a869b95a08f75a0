# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Mindbox RFM",
    "summary": "Every customer in exactly one segment, by rules people can see",
    "version": "19.0.2.1.0",
    "category": "Marketing",
    "author": "Mindbox Connector contributors, Odoo Community Association (OCA)",
    "license": "LGPL-3",
    "development_status": "Beta",
    "depends": ["mindbox_connector"],
    "data": [
        "security/ir.model.access.csv",
        "security/groups.xml",
        "security/ir_rule.xml",
        "data/queue_job_data.xml",
        "data/ir_cron.xml",
        "views/templates.xml",
        "views/rfm_scheme_version_views.xml",
        "views/rfm_scheme_views.xml",
        "views/rfm_run_views.xml",
        "views/rfm_transition_views.xml",
        "views/rfm_cohort_views.xml",
        "views/rfm_experiment_views.xml",
        "views/rfm_forecast_views.xml",
        "views/res_partner_views.xml",
        "views/use_views.xml",
        "wizards/rfm_wizard_views.xml",
        "views/menus.xml",
    ],
    "demo": ["demo/rfm_demo.xml"],
    "assets": {
        "web.assets_backend": [
            "mindbox_rfm/static/src/**/*",
            ("remove", "mindbox_rfm/static/src/builder/**/*"),
        ],
        "website.website_builder_assets": [
            "mindbox_rfm/static/src/builder/**/*",
        ],
        "web.assets_tests": [
            "mindbox_rfm/static/tests/tours/*.esm.js",
        ],
    },
    "uninstall_hook": "uninstall_hook",
}
