/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

/* Ten is an A: a cell of the matrix is written with one sign for each score. */
const DIGITS = "0123456789A";

export function scores(bins) {
    return Array.from({length: bins}, (_, position) => position + 1);
}

export function cellCode(...parts) {
    return parts.map((part) => DIGITS[part]).join("");
}

export function cellScores(code) {
    return [...code].map((digit) => DIGITS.indexOf(digit));
}

/** R runs across, the other axis upwards, M is chosen above; `bins` is the subclass's. */
export class ScoreGrid extends Component {
    get columns() {
        return scores(this.bins);
    }

    get rows() {
        return scores(this.bins).reverse();
    }

    get layers() {
        return [0, ...scores(this.bins)];
    }

    layerName(m) {
        return m ? `M${m}` : _t("All M");
    }
}
