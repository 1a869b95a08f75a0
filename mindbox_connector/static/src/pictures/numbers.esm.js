/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {formatMonetary} from "@web/views/fields/formatters";
import {user} from "@web/core/user";

/**
 * A whole number in the language of the user.
 *
 * @param {number} value
 * @returns {string}
 */
export function whole(value) {
    return Math.round(value).toLocaleString(user.lang);
}

/**
 * A change, always with its sign.
 *
 * @param {number} value
 * @returns {string}
 */
export function signed(value) {
    return value > 0 ? `+${whole(value)}` : whole(value);
}

export function percent(part, total) {
    const share = total ? (100 * part) / total : 0;
    const options = {maximumFractionDigits: share < 10 ? 1 : 0};
    return `${share.toLocaleString(user.lang, options)} %`;
}

export function money(value, currencyId) {
    return formatMonetary(value, {currencyId, digits: [16, value > 1000 ? 0 : 2]});
}

export function compact(value) {
    const options = {notation: "compact", maximumFractionDigits: 1};
    return value.toLocaleString(user.lang, options);
}
