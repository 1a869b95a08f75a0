# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs over time: nothing changes without a reason, and reasons are told."""

import json
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ...models.run import run as running
from ...models.run.preview import Preview
from ...models.scheme.thresholds import describe_cuts
from ..common import TODAY, RfmCase

RULES = [
    ("vip", "recency < 30, orders >= 2"),
    ("fresh", "recency < 30"),
    ("cold", "recency < 90"),
    ("rest", ""),
]


@tagged("post_install", "-at_install")
class TestLife(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.make_custom(RULES)
        cls.anna = cls.make_customer("Anna")
        cls.bella = cls.make_customer("Bella")
        cls.make_order(cls.anna, 25, 100)
        cls.make_order(cls.bella, 5, 30)
        cls.make_order(cls.bella, 3, 40)

    def code(self, partner):
        return self.profile(partner).segment_id.code

    def rows(self):
        self.env.cr.execute(
            "SELECT id, xmin, ctid, p.* FROM rfm_profile p WHERE scheme_id = %s "
            "ORDER BY id",
            self.scheme.ids,
        )
        return self.env.cr.fetchall()

    def test_second_run_writes_nothing(self):
        self.run_scheme(self.scheme)
        self.env.cr.execute("SELECT pg_current_xact_id()")
        rows = self.rows()
        moves = self.env["rfm.transition"].search_count([])
        run = self.run_scheme(self.scheme)
        self.assertEqual((run.written, run.changed), (0, 0))
        self.assertEqual(self.rows(), rows)
        self.assertEqual(self.env["rfm.transition"].search_count([]), moves)

    def test_ageing_alone_moves_people(self):
        self.run_scheme(self.scheme)
        self.assertEqual(self.code(self.anna), "fresh")
        run = self.run_scheme(self.scheme, TODAY + timedelta(days=5))
        self.assertEqual(self.code(self.anna), "cold")
        self.assertEqual(run.changed, 1)
        move = self.env["rfm.transition"].search([("run_id", "=", run.id)])
        self.assertEqual(move.reason, "ageing")

    def test_only_changed_rows_are_written(self):
        cuts = {"r_cuts": "365, 180, 90, 30", "f_cuts": "1, 2, 3, 5"}
        self.scheme.write({"method": "fixed", "m_cuts": "1, 2, 3, 4", **cuts})
        self.run_scheme(self.scheme)
        self.make_order(self.anna, 1, 10)
        run = self.run_scheme(self.scheme)
        self.assertEqual((run.written, run.changed), (1, 1))
        move = self.env["rfm.transition"].search([("run_id", "=", run.id)])
        self.assertEqual(move.reason, "orders")
        self.assertEqual(
            (move.from_segment_id.code, move.to_segment_id.code), ("fresh", "vip")
        )

    def test_profile_remembers_where_from_and_since_when(self):
        self.run_scheme(self.scheme)
        later = TODAY + timedelta(days=7)
        self.run_scheme(self.scheme, later)
        profile = self.profile(self.anna)
        self.assertEqual(profile.previous_segment_id.code, "fresh")
        self.assertEqual(profile.segment_since, later)

    def test_edited_rules_are_the_reason(self):
        self.run_scheme(self.scheme)
        self.scheme.rule_ids.sorted()[1].condition_ids.value = 20
        run = self.run_scheme(self.scheme)
        move = self.env["rfm.transition"].search([("run_id", "=", run.id)])
        self.assertEqual((move.partner_id, move.reason), (self.anna, "rules"))

    def test_minimum_stay(self):
        self.scheme.min_stay_days = 10
        self.run_scheme(self.scheme)
        self.run_scheme(self.scheme, TODAY + timedelta(days=9))
        self.assertEqual(self.code(self.anna), "fresh")
        self.run_scheme(self.scheme, TODAY + timedelta(days=10))
        self.assertEqual(self.code(self.anna), "cold")

    def test_the_minimum_stay_holds_no_first_time_buyer(self):
        self.scheme.write({"min_stay_days": 10, "include_prospects": True})
        carla = self.make_customer("Carla")
        self.run_scheme(self.scheme)
        self.assertEqual(self.code(carla), "rest")
        self.make_order(carla, 1)
        moves = Preview(self.scheme, TODAY).summarize()["moves"]
        self.assertEqual([move[2] for move in moves], [1])
        self.run_scheme(self.scheme)
        self.assertEqual(self.code(carla), "fresh")

    def test_other_thresholds_are_the_reason(self):
        self.scheme.state = "draft"
        scheme = self.make_custom(
            [("best", "m >= 5"), ("rest", "")], include_prospects=False
        )
        many = [self.make_customer(f"M{number}") for number in range(10)]
        for number, customer in enumerate(many, 1):
            self.make_order(customer, 50, amount=number * 10)
        self.run_scheme(scheme)
        self.assertEqual(self.code(many[-1]), "best")
        for number in range(30):
            self.make_order(self.make_customer(f"R{number}"), 50, amount=1000)
        run = self.run_scheme(scheme)
        domain = [("run_id", "=", run.id), ("partner_id", "=", many[-1].id)]
        move = self.env["rfm.transition"].search(domain)
        self.assertEqual(move.reason, "thresholds")

    def test_failure_leaves_the_old_segments_whole(self):
        self.run_scheme(self.scheme)
        rows = self.rows()
        self.make_order(self.anna, 1, 10)
        with (
            patch.object(running, "take_stock", side_effect=MemoryError),
            self.assertRaises(MemoryError),
            self.env.cr.savepoint(),
        ):
            self.scheme._compute(today=TODAY)
        self.assertEqual(
            [row[:1] + row[3:] for row in self.rows()],
            [row[:1] + row[3:] for row in rows],
        )
        self.assertEqual(self.run_scheme(self.scheme).changed, 1)

    def test_interrupted_runs_are_told(self):
        dead = self.env["rfm.run"].create(
            {"scheme_id": self.scheme.id, "state": "running"}
        )
        self.run_job()
        self.assertEqual(dead.state, "failed")
        self.assertIn("nothing was changed", dead.error)

    def run_job(self):
        """Work off a queued run; there is nothing to commit or to roll back to."""
        log = self.scheme._queue_run()
        cr = self.env.cr
        with patch.object(cr, "commit"), patch.object(cr, "rollback"):
            self.scheme._job_compute(log.id)
        return log

    def test_a_run_that_is_done_says_so(self):
        log = self.run_job()
        self.assertEqual(log.state, "done")
        self.assertEqual(log.progress, 100)

    def test_a_run_that_failed_says_why(self):
        with (
            self.enter_registry_test_mode(),
            patch.object(running, "take_stock", side_effect=ValueError("No such day")),
            suppress(ValueError),
        ):
            self.run_job()
        log = self.env["rfm.run"].search([("scheme_id", "=", self.scheme.id)], limit=1)
        self.assertEqual((log.state, log.reason_code), ("failed", "run_fault"))
        self.assertIn("ValueError", log.error)

    def test_a_run_that_fails_is_told_until_one_succeeds(self):
        kind = "mindbox_rfm.activity_type_failure"
        with (
            self.enter_registry_test_mode(),
            patch.object(running, "take_stock", side_effect=ValueError),
        ):
            for _number in range(2):
                with suppress(ValueError):
                    self.run_job()
        self.assertEqual(len(self.scheme.activity_search([kind])), 1)
        self.run_job()
        self.assertFalse(self.scheme.activity_search([kind]))

    def test_a_filter_on_a_field_that_is_gone_is_named(self):
        self.run_scheme(self.scheme)
        rule = self.scheme.rule_ids.sorted()[0]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE rfm_rule SET domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", rule.id],
        )
        rule.invalidate_recordset()
        self.assertIn(rule.segment_id.name, self.profile(self.anna)._explain())
        with self.enter_registry_test_mode(), suppress(UserError):
            self.run_job()
        log = self.env["rfm.run"].search([("scheme_id", "=", self.scheme.id)], limit=1)
        self.assertEqual((log.state, log.reason_code), ("failed", "rule_broken"))
        self.assertIn(rule.segment_id.name, log.error)

    def test_night_is_where_the_company_is(self):
        for zone, moment, night in (
            ("Asia/Vladivostok", "2025-06-14 15:59:59", "2025-06-13 16:00:00"),
            ("Asia/Vladivostok", "2025-06-14 16:00:00", "2025-06-14 16:00:00"),
            ("America/Los_Angeles", "2025-06-14 08:59:00", "2025-06-13 09:00:00"),
        ):
            with self.subTest(zone, moment=moment), freeze_time(moment):
                self.scheme.tz = zone
                self.assertEqual(str(self.scheme._get_night()), night)

    def test_an_archived_company_computes_nothing(self):
        self.company.active = False
        with trap_jobs() as trap:
            self.env["rfm.scheme"]._cron_compute()
            jobs = [job for job in trap.enqueued_jobs if job.recordset == self.scheme]
        self.assertFalse(jobs)

    def test_cron_queues_one_run_per_active_scheme(self):
        with trap_jobs() as trap:
            self.env["rfm.scheme"]._cron_compute()
            self.env["rfm.scheme"]._cron_compute()
            jobs = [job for job in trap.enqueued_jobs if job.recordset == self.scheme]
        self.assertEqual(len(jobs), 1)

    def test_an_hourly_scheme_has_a_run_each_hour(self):
        self.scheme.frequency = "hour"
        run = self.run_scheme(self.scheme)
        for minutes, expected in ((30, 0), (59, 1)):
            run.sudo().started_at = fields.Datetime.now() - timedelta(minutes=minutes)
            with trap_jobs() as trap:
                self.env["rfm.scheme"]._cron_compute()
            jobs = [job for job in trap.enqueued_jobs if job.recordset == self.scheme]
            self.assertEqual(len(jobs), expected, minutes)

    def test_another_scheme_takes_over(self):
        self.run_scheme(self.scheme)
        other = self.make_custom([("all", "")], active=False, include_prospects=False)
        carla = self.make_customer("Carla")
        self.run_scheme(self.scheme)
        self.assertEqual(self.code(carla), "rest")
        other.action_activate()
        self.env.flush_all()
        self.assertEqual(self.scheme.state, "draft")
        run = self.run_scheme(other)
        self.assertFalse(self.profile(self.anna, self.scheme))
        self.assertEqual(self.profile(self.anna, other).segment_id.code, "all")
        left = self.env["rfm.transition"].search(
            [("run_id", "=", run.id), ("reason", "=", "left")]
        )
        self.assertEqual(left.partner_id, carla)

    def test_frozen_thresholds_stay(self):
        self.scheme.write({"method": "frozen", "frozen_months": 3})
        self.run_scheme(self.scheme)
        cuts = (self.scheme.r_cuts, self.scheme.f_cuts, self.scheme.m_cuts)
        self.assertEqual(self.scheme.frozen_on, TODAY)
        self.make_order(self.anna, 1, 10000)
        run = self.run_scheme(self.scheme, TODAY + timedelta(days=1))
        self.assertEqual(
            cuts, (self.scheme.r_cuts, self.scheme.f_cuts, self.scheme.m_cuts)
        )
        self.assertEqual(self.scheme._parse_cuts("m_cuts"), run.cut_points["m"])
        self.run_scheme(self.scheme, TODAY + timedelta(days=100))
        self.assertNotEqual(cuts[2], self.scheme.m_cuts)

    def test_run_log(self):
        run = self.run_scheme(self.scheme)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.customers, 2)
        self.assertEqual(sum(run.cells.values()), 2)
        self.assertEqual(sum(run.line_ids.mapped("customers")), 2)
        self.assertTrue(run.cut_text)
        self.assertIn("Only 2 customers", run.warnings)
        json.dumps(run.facts)

    def test_jump_is_told(self):
        self.run_scheme(self.scheme)
        for number in range(15):
            self.make_order(self.make_customer(f"New{number}"), 2)
        self.run_scheme(self.scheme)
        activity = self.scheme.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("fresh: 1 → 16", activity.note)

    def test_thresholds_in_words(self):
        cuts = {"r": [365, 180, 90, 30], "f": [1, 2, 3, 5], "m": [10, 20.5, 30, 40]}
        words = describe_cuts(self.env, cuts)
        self.assertEqual(
            words["r"],
            ["365 or more", "180 – 364", "90 – 179", "30 – 89", "up to 29"],
        )
        self.assertEqual(words["f"], ["up to 1", "2", "3", "4 – 5", "6 or more"])
        self.assertEqual(words["m"][-1], "more than 40")
        ties = describe_cuts(self.env, {"r": [9, 9], "f": [1, 1], "m": [0, 0]})
        self.assertEqual(ties["f"], ["up to 1", "–", "2 or more"])

    def test_copy_brings_rules_to_its_own_segments(self):
        twin = self.scheme.copy()
        self.assertEqual(twin.state, "draft")
        self.assertEqual(twin.rule_ids.segment_id, twin.segment_ids)
        self.assertEqual(
            twin.rule_ids.mapped("summary"), self.scheme.rule_ids.mapped("summary")
        )
