# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The company's schemes, as a part of the connector's configuration file."""

from odoo import models
from odoo.tools import LazyTranslate

from odoo.addons.mindbox_connector.labels import get_labels
from odoo.addons.mindbox_connector.models.configuration.mindbox_configuration import (
    Change,
)

from ..scheme.differences import tell_differences
from ..scheme.rfm_scheme_content import PLACE_FIELDS, read_terms, write_terms
from ..scheme.thresholds import CUT_FIELDS

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

PART = "rfm_schemes"
SCHEMES = _lt("RFM schemes")
# The language in which every name of a database is there.
SOURCE = "en_US"


class MindboxConfiguration(models.AbstractModel):
    _name = "mindbox.configuration"
    _inherit = ["mindbox.configuration"]

    def _get_listings(self):
        """An event may have an operation for each segment."""
        listings = super()._get_listings()
        operations = listings["operations"]
        key = (*operations.key, "rfm_segment_id")
        return listings | {"operations": operations._replace(key=key)}

    def _get_more_parts(self):
        return super()._get_more_parts() | {PART}

    # === READ === #

    def _read_all(self, endpoint):
        of_company = [("company_id", "=", self.env.company.id)]
        schemes = {}
        # The active one comes first; of several with a name it is the one.
        for scheme in self.env["rfm.scheme"].search(of_company):
            schemes.setdefault(get_name(scheme), scheme)
        read = [self._read_scheme(schemes[name]) for name in sorted(schemes)]
        return super()._read_all(endpoint) | {PART: read}

    def _read_scheme(self, scheme):
        return {"name": read_terms(scheme, "name"), **scheme._get_content()}

    def _read_reference(self, record):
        if record and record._name == "rfm.segment":
            return f"{record.code}/{get_name(record.scheme_id)}"
        return super()._read_reference(record)

    def _find_references(self, comodel, text):
        if comodel._name == "rfm.segment":
            code, _slash, name = text.partition("/")
            segments = self._find_scheme(name).segment_ids
            return segments.filtered(lambda segment: segment.code == code)
        return super()._find_references(comodel, text)

    def _find_scheme(self, name):
        """Return the company's scheme with a name, none where there is none."""
        domain = [("name", "=", name), ("company_id", "=", self.env.company.id)]
        schemes = self.env["rfm.scheme"].with_context(lang=SOURCE)
        return schemes.search(domain, limit=1).with_env(self.env)

    # === DOES IT FIT? === #

    def _find_misfits(self, endpoint, new):
        part = self.env._(SCHEMES)
        schemes = new.get(PART, [])
        if not self._is_sound(schemes):
            yield self._say_damaged(part)
            # What leads to its segments cannot be judged.
            return
        yield from super()._find_misfits(endpoint, new)
        model = self.env["rfm.scheme"]
        names = {*model._get_settings(), *CUT_FIELDS}
        for scheme in schemes:
            settings, where = scheme["settings"], f"{part}, {get_source(scheme)}"
            yield from self._find_row_misfits(model, names, settings, where, new)
        if len({get_source(scheme) for scheme in schemes}) < len(schemes):
            yield self.env._("%s: two have the same name.", part)

    def _is_sound(self, schemes):
        """Whether the part is built as it was exported; settings are judged apart."""
        told = get_labels(self.env["rfm.told.field"], "value")
        condition = self.env["rfm.condition"]
        bounds = [get_labels(condition, name) for name in ("measure", "operator")]
        try:
            return all(
                has_terms(scheme["name"])
                and isinstance(scheme["settings"], dict)
                and all(is_segment(segment) for segment in scheme["segments"])
                and all(is_rule(rule, scheme, *bounds) for rule in scheme["rules"])
                and scheme.get("told", {}).keys() <= told.keys()
                and all(is_text(name) for name in scheme.get("told", {}).values())
                for scheme in schemes
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return False

    def _find_reference_misfits(self, comodel, what, value, new):
        """A segment of a scheme in the file is there in time."""
        brought = comodel._name == "rfm.segment" and {
            f"{segment['code']}/{get_source(scheme)}"
            for scheme in new.get(PART, [])
            for segment in scheme["segments"]
        }
        if not brought or value not in brought:
            yield from super()._find_reference_misfits(comodel, what, value, new)

    # === COMPARE AND WRITE === #

    def _tell_changes(self, endpoint, new, with_removals):
        yield from super()._tell_changes(endpoint, new, with_removals)
        part = self.env._(SCHEMES)
        for stated in new.get(PART, []):
            name = get_source(stated)
            scheme = self._find_scheme(name)
            if not scheme:
                words = self.env._(
                    "a draft, segments: %(segments)s, rules: %(rules)s",
                    segments=len(stated["segments"]),
                    rules=len(stated["rules"]),
                )
                yield Change(part, "add", name, new=words)
                continue
            old, stays = scheme._get_content(), {**stated}
            codes = {segment["code"] for segment in stated["segments"]}
            more = [one for one in old["segments"] if one["code"] not in codes]
            # Customers may be in a segment that the file does not have: it stays.
            stays["segments"] = stated["segments"] + more
            for line in tell_differences(scheme, old, stays):
                yield Change(part, "change", name, new=line)

    def _write_all(self, endpoint, new, with_removals):
        for stated in new.get(PART, []):
            self._write_scheme(stated)
        return super()._write_all(endpoint, new, with_removals)

    def _write_scheme(self, stated):
        name = get_source(stated)
        scheme = self._find_scheme(name)
        if not scheme:
            values = {"name": name, "company_id": self.env.company.id}
            scheme = self.env["rfm.scheme"].with_context(lang=SOURCE).create(values)
            scheme = scheme.with_env(self.env)
            write_terms(scheme, "name", stated["name"])
        scheme._put_back(stated)


def get_name(scheme):
    """Return the name of a scheme that is the same whoever reads it."""
    return scheme.with_context(lang=SOURCE).name


def get_source(stated):
    """Return the same of a scheme in a file."""
    return stated["name"].get(SOURCE) or next(iter(stated["name"].values()))


def is_text(value):
    return isinstance(value, str) and bool(value)


def has_terms(terms):
    """Whether a translated text is there."""
    return bool(terms) and are_terms(terms)


def are_terms(terms):
    return all(is_text(lang) and isinstance(text, str) for lang, text in terms.items())


def is_segment(segment):
    color = segment["color"]
    texts = has_terms(segment["name"]) and are_terms(segment["strategy"])
    return texts and is_text(segment["code"]) and (color is False or is_text(color))


def is_rule(rule, scheme, measures, operators):
    """Whether a rule leads to a segment of its scheme, by conditions that there are."""
    place = [rule.get(name, False) for name in PLACE_FIELDS]
    texts = all(
        value is False or is_text(value)
        for value in (rule["cells"], rule["domain"], *place)
    )
    codes = {segment["code"] for segment in scheme["segments"]}
    conditions = all(
        measure in measures
        and operator in operators
        and isinstance(value, (int, float))
        and not isinstance(value, bool)
        for measure, operator, value in rule["conditions"]
    )
    sound = isinstance(rule["no_orders"], bool) and rule["segment"] in codes
    return texts and conditions and sound
