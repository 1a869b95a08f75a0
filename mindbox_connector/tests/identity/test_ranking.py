# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who owns a contact: pure, so that each rule is shown by itself."""

from datetime import datetime
from itertools import permutations

from odoo.tests import BaseCase, tagged

from ...models.identity.ranking import Claimant, decide

PLAIN = Claimant(1, True, False, False, True, datetime(2026, 1, 2))
OLDER = datetime(2026, 1, 1)


@tagged("post_install", "-at_install")
class TestRanking(BaseCase):
    def assertOwner(self, owner, reason, *others):
        for claimants in permutations([owner, *others]):
            self.assertEqual(decide(claimants), (owner, reason))

    def test_an_account_comes_before_a_guest(self):
        account = PLAIN._replace(id=2, account=True)
        self.assertOwner(account, "account", PLAIN._replace(created_at=OLDER))

    def test_who_logs_in_with_it_comes_before_who_has_typed_it(self):
        account = PLAIN._replace(account=True, created_at=OLDER)
        login = PLAIN._replace(id=2, account=True, confirmed=True)
        self.assertOwner(login, "confirmed", account)

    def test_a_person_comes_before_the_company(self):
        company = PLAIN._replace(id=2, person=False, created_at=OLDER)
        self.assertOwner(PLAIN, "person", company)

    def test_who_is_known_longer_comes_first(self):
        older = PLAIN._replace(id=2, created_at=OLDER)
        self.assertOwner(older, "older", PLAIN, PLAIN._replace(id=3))

    def test_of_two_of_the_same_moment_the_first_one_comes_first(self):
        self.assertOwner(PLAIN, "older", PLAIN._replace(id=2))

    def test_the_archived_come_last(self):
        archived = PLAIN._replace(id=2, active=False, account=True, confirmed=True)
        self.assertOwner(PLAIN, "active", archived)

    def test_one_without_a_date_is_the_oldest(self):
        self.assertOwner(PLAIN._replace(id=2, created_at=None), "older", PLAIN)
