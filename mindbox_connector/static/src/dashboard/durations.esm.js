/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";

/* [from so many seconds on, seconds of the unit, how it is written] */
const UNITS = [
    [48 * 3600, 86400, (text) => _t("%s days", text)],
    [3600, 3600, (text) => _t("%s h", text)],
    [60, 60, (text) => _t("%s min", text)],
    [0, 1, (text) => _t("%s s", text)],
];

/**
 * A time span in words, with one digit after the point below ten.
 *
 * @param {number} seconds below zero, as after a change of the clock, counts as zero
 * @returns {string}
 */
export function duration(seconds) {
    const span = Math.max(0, seconds);
    const [, size, write] = UNITS.find(([from]) => span >= from);
    const value = span / size;
    const options = {maximumFractionDigits: value < 10 ? 1 : 0};
    return write(value.toLocaleString(user.lang, options));
}
