# Copyright 2026 Mindbox Connector contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How two contents of a scheme differ, in the reader's words."""

from odoo import Command

from .rfm_scheme_content import CONDITION_FIELDS, PLACE_FIELDS, RULE_FIELDS, TRANSLATED

# Cells of a rule that are named; of more, only their number is told.
CELLS_NAMED = 12


def tell_differences(scheme, old, new):
    """Yield a line for each difference of two contents, see ``_get_content``.

    :param scheme: in whose language it is told
    """
    yield from _tell_settings(scheme, old["settings"], new["settings"])
    yield from _tell_segments(scheme.env, old, new)
    yield from _tell_rules(scheme.env, old, new)
    yield from _tell_told(scheme.env, old.get("told", {}), new.get("told", {}))


def _tell_settings(scheme, old, new):
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        field = scheme._fields.get(name)
        if field and (before or False) != (after or False):
            label = field._description_string(scheme.env)
            words = [_say(scheme, field, value) for value in (before, after)]
            yield f"{label}: {words[0]} → {words[1]}"


def _say(scheme, field, value):
    if field.type == "selection" and value:
        return dict(field._description_selection(scheme.env)).get(value, value)
    if field.type == "boolean":
        return scheme.env._("yes") if value else scheme.env._("no")
    # 0 is a number, and says something.
    return "–" if value is None or value is False or value == "" else str(value)


def _tell_segments(env, old, new):
    before = {segment["code"]: segment for segment in old["segments"]}
    after = {segment["code"]: segment for segment in new["segments"]}
    names = _get_names(env, old) | _get_names(env, new)
    for code in after.keys() - before.keys():
        yield env._("New segment: %s", names[code])
    for code in before.keys() - after.keys():
        yield env._("No segment any more: %s", names[code])
    for code in [code for code in after if code in before]:
        for name in ("color", *TRANSLATED):
            pair = [_get_term(env, side[code][name]) for side in (before, after)]
            if pair[0] != pair[1]:
                label = env["rfm.segment"]._fields[name]._description_string(env)
                yield f"{names[code]}, {label}: {pair[0] or '–'} → {pair[1] or '–'}"


def _get_names(env, content):
    return {
        segment["code"]: _get_term(env, segment["name"]) or segment["code"]
        for segment in content["segments"]
    }


def _get_term(env, text):
    """Return a text, or that of the reader's language."""
    if not isinstance(text, dict):
        return text
    return text.get(env.lang) or text.get("en_US") or next(iter(text.values()), "")


def _tell_rules(env, old, new):
    names = _get_names(env, old) | _get_names(env, new)
    gone = [rule for rule in old["rules"] if rule not in new["rules"]]
    come = [rule for rule in new["rules"] if rule not in old["rules"]]
    for rule in gone:
        segment = names.get(rule["segment"], rule["segment"])
        twin = next((r for r in come if r["segment"] == rule["segment"]), None)
        if not twin:
            text = _summarize(env, rule)
            yield env._(
                "%(segment)s, no rule any more: %(rule)s", **_pair(segment, text)
            )
            continue
        come.remove(twin)
        yield from _tell_rule(env, segment, rule, twin)
    for rule in come:
        segment = names.get(rule["segment"], rule["segment"])
        text = _summarize(env, rule)
        yield env._("%(segment)s, new rule: %(rule)s", **_pair(segment, text))
    if not gone and not come and old["rules"] != new["rules"]:
        yield env._("The order of the rules")


def _pair(segment, text):
    return {"segment": segment, "rule": text}


def _tell_rule(env, segment, old, new):
    """Yield how a rule has changed."""
    before, after = _summarize(env, old), _summarize(env, new)
    if before != after:
        yield f"{segment}: {before} → {after}"
    if (old["domain"] or "") != (new["domain"] or ""):
        yield f"{segment}: {old['domain'] or '–'} → {new['domain'] or '–'}"
    was, now = (set((rule["cells"] or "").split()) for rule in (old, new))
    signs = [f"+{cell}" for cell in sorted(now - was)]
    signs += [f"−{cell}" for cell in sorted(was - now)]
    # With other scores all cells are other ones; many would be nothing to read.
    few = len(signs) <= CELLS_NAMED
    if signs and (few or before == after):
        cells = ", ".join(signs) if few else len(signs)
        yield env._("%(segment)s, cells: %(cells)s", segment=segment, cells=cells)


def _summarize(env, rule):
    values = {name: rule.get(name) for name in RULE_FIELDS + PLACE_FIELDS}
    conditions = [
        Command.create(dict(zip(CONDITION_FIELDS, condition, strict=True)))
        for condition in rule["conditions"]
    ]
    return env["rfm.rule"].new(values | {"condition_ids": conditions}).summary


def _tell_told(env, old, new):
    """Yield what else Mindbox is told, and is not any more."""
    for value in dict.fromkeys((*old, *new)):
        if old.get(value) != new.get(value):
            names = [side.get(value) or "–" for side in (old, new)]
            fields = env._("Fields told to Mindbox")
            yield f"{fields}: {names[0]} → {names[1]}"
