/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

const SIZE = 6;

/**
 * A colour with white stripes: told apart from others without seeing colours.
 *
 * @param {string} color
 * @returns {CanvasPattern}
 */
export function hatch(color) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = SIZE;
    const context = tile.getContext("2d");
    context.fillStyle = color;
    context.fillRect(0, 0, SIZE, SIZE);
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1.5;
    // The stripe and its neighbours in the corners, so that the tiles fit.
    for (const shift of [-SIZE, 0, SIZE]) {
        context.moveTo(shift, SIZE);
        context.lineTo(shift + SIZE, 0);
    }
    context.stroke();
    return context.createPattern(tile, "repeat");
}
