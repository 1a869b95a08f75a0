/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {sprintf} from "@web/core/utils/strings";
import {user} from "@web/core/user";

/* The order in which a translation has the forms that its language tells apart. */
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];

/**
 * A text in the form that a number takes in the reader's language.
 *
 * @param {string} text translated, its forms divided by "|": "%s day|%s days" in
 *     English; Russian has four, the last one for fractions
 * @param {number} count
 * @param {...any} values what stands in the text
 * @returns {string}
 */
export function plural(text, count, ...values) {
    const rules = new Intl.PluralRules(user.lang);
    const known = rules.resolvedOptions().pluralCategories;
    const categories = CATEGORIES.filter((category) => known.includes(category));
    const forms = String(text).split("|");
    const index = categories.indexOf(rules.select(count));
    return sprintf(forms[Math.min(index, forms.length - 1)], ...values);
}
