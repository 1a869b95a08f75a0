/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

export const NOBODY = "#d9d9d9";

/* From pale to dark: told apart by lightness alone. */
const LOW = [247, 245, 222];
const HIGH = [0, 60, 118];
/* Two directions, safe for the usual kinds of colour blindness. */
const LESS = [213, 94, 0];
const MORE = [0, 114, 178];
const NONE = [245, 245, 245];

function mix(from, to, share) {
    const parts = from.map((low, at) => Math.round(low + (to[at] - low) * share));
    return `rgb(${parts.join(", ")})`;
}

/**
 * The colour of a share from 0 to 1, or from -1 to 1 where there are two directions.
 *
 * @param {number} share
 * @param {boolean} signed
 * @returns {string}
 */
export function shade(share, signed) {
    if (!signed) {
        return mix(LOW, HIGH, Math.sqrt(Math.max(0, share)));
    }
    return mix(NONE, share < 0 ? LESS : MORE, Math.sqrt(Math.abs(share)));
}

/**
 * Black or white, whichever can be read on a colour.
 *
 * @param {string} color as #rrggbb or rgb(r, g, b)
 * @returns {string}
 */
export function ink(color) {
    const parts = color.startsWith("#")
        ? [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16))
        : color.match(/\d+/g).map(Number);
    const [red, green, blue] = parts.map((part) => (part / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.25 ? "#1f1f1f" : "#ffffff";
}
