# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is in which group, and that it stays so."""

import numpy as np

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import TODAY, ExperimentCase
from .independent import draw_control, get_places


@tagged("post_install", "-at_install")
class TestGroups(ExperimentCase):
    def arms(self, experiment=None):
        members = (experiment or self.experiment).member_ids
        return {member.partner_id: member.arm for member in members}

    def expect(self, share, seed, profiles):
        """Return {partner: arm} from the definition."""
        ids = profiles.partner_id.ids
        strata = np.array([16 * p.segment_id.id + p.m_score for p in profiles])
        control = draw_control(strata, get_places(ids, seed), share, seed)
        return {
            partner: "control" if out else "test"
            for partner, out in zip(profiles.partner_id, control, strict=True)
        }

    def test_groups_follow_from_seed_and_id(self):
        mine = [("scheme_id", "=", self.scheme.id)]
        profiles = self.env["rfm.profile"].search(mine)
        for seed, share in ((17, 50), (8, 10), (9, 33)):
            experiment = self.make_experiment(seed=seed, share=share)
            self.start(experiment)
            self.assertEqual(self.arms(experiment), self.expect(share, seed, profiles))

    def test_the_share_holds_in_each_stratum(self):
        members = self.start()
        for stratum in set(members.mapped("stratum")):
            inside = members.filtered(lambda m, s=stratum: m.stratum == s)
            control = inside.filtered(lambda member: member.arm == "control")
            self.assertLessEqual(abs(len(control) - len(inside) / 2), 1)

    def test_only_segments_that_were_chosen_take_part(self):
        segment = self.scheme.segment_ids[0]
        experiment = self.make_experiment(
            seed=4, segment_ids=[Command.set(segment.ids)]
        )
        self.assertEqual(len(self.start(experiment)), self.buyers)
        self.assertEqual(experiment.member_ids.segment_id, segment)

    def test_who_comes_later_takes_no_part_and_nobody_changes_sides(self):
        self.start()
        before = self.arms()
        late = self.make_customer("Late")
        self.make_order(late, 0, 100)
        self.run_scheme(self.scheme)
        self.assertEqual(self.arms(), before)
        self.assertNotIn(late, before)

    # === MERGED, FORGOTTEN, DELETED === #

    def merge(self, *partners):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([p.id for p in partners], partners[-1])

    def test_a_merged_customer_counts_once_in_the_own_group(self):
        self.start()
        goes, stays = self.group("test")[0], self.group("control")[0]
        self.merge(goes, stays)
        self.assertEqual(self.member(stays).arm, "control")
        self.assertEqual(len(self.experiment.member_ids), len(self.customers) - 1)

    def test_who_took_no_part_takes_over_the_group(self):
        self.start()
        goes, stays = self.group("control")[0], self.make_customer("Stays")
        self.merge(goes, stays)
        self.assertEqual(self.member(stays).arm, "control")
        self.assertEqual(len(self.experiment.member_ids), len(self.customers))

    def test_a_forgotten_customer_counts_on_without_a_name(self):
        self.start()
        anna = self.group("test")[0]
        self.buy(anna, 2)
        self.measure(3)
        member = self.member(anna)
        place = member.place
        anna.action_mindbox_erase()
        self.assertFalse(member.partner_id)
        self.assertNotEqual(member.place, place)
        self.measure(5)
        self.assertEqual((member.arm, member.order_count), ("test", 1))
        whole = self.experiment.line_ids[0]
        self.assertEqual(whole.test_count + whole.control_count, len(self.customers))

    def test_who_was_forgotten_while_it_began_has_no_name_the_next_day(self):
        self.start()
        anna = self.group("test")[0]
        anna.mindbox_erased_at = "2025-06-15"
        self.measure(1)
        self.assertFalse(self.member(anna))

    def test_a_deleted_customer_counts_on_without_a_name(self):
        self.start()
        idle = self.customers[-1]
        member = self.member(idle)
        idle.unlink()
        self.assertFalse(member.partner_id)
        self.assertTrue(member.exists())

    # === LIFE === #

    def test_what_customers_were_told_apart_by_stays(self):
        self.start()
        for values in ({"share": 20}, {"seed": 1}, {"metric": "orders"}, {"days": 5}):
            with self.assertRaises(UserError):
                self.experiment.write(values)
        self.experiment.name = "Another name"

    def test_it_starts_once_and_by_a_scheme_at_work(self):
        self.start()
        with self.assertRaises(UserError):
            self.start()
        other = self.make_experiment(seed=8)
        self.scheme.action_deactivate()
        with self.assertRaises(UserError):
            self.start(other)

    def test_a_running_one_cannot_be_deleted(self):
        self.start()
        with self.assertRaises(UserError):
            self.experiment.unlink()
        self.experiment.action_stop()
        self.experiment.unlink()

    def test_segments_are_those_of_the_scheme(self):
        other = self.make_custom([("a", "")], active=False)
        with self.assertRaises(UserError):
            self.experiment.segment_ids = other.segment_ids
        with self.assertRaises(ValidationError):
            self.experiment.mindbox_segmentation = self.scheme.mindbox_segmentation

    def test_only_managers_start_and_stop(self):
        user = new_test_user(
            self.env,
            "experiment_user",
            "mindbox_connector.group_mindbox_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        mine = self.experiment.with_user(user)
        for action in ("action_look", "action_start", "action_stop", "action_measure"):
            with self.assertRaises(AccessError):
                getattr(mine, action)()

    def test_by_its_button_it_begins_today(self):
        self.experiment.action_start()
        today = self.scheme._get_today()
        self.assertEqual((self.experiment.start_date - today).days, 1)
        self.assertEqual((self.experiment.end_date - today).days, 30)
        self.assertEqual(self.experiment.state, "running")
        self.assertLess(TODAY, self.experiment.start_date)
