/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

/**
 * Round values to mark on an axis from 0 to the highest value, seven at most.
 *
 * @param {number} most
 * @returns {number[]}
 */
export function roundMarks(most) {
    const step = Math.max(1, 10 ** Math.floor(Math.log10(most)) / 2);
    const every = Math.ceil(most / step / 6);
    const count = Math.floor(most / step / every);
    return Array.from({length: count + 1}, (_, number) => number * step * every);
}
