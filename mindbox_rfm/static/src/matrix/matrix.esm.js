/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {useExternalListener, useState} from "@odoo/owl";
import {NOBODY, ink} from "../colors.esm";
import {ScoreGrid, cellCode, scores} from "../scores.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Paint segments into the cells of the score matrix: choose a segment, then click or
 * drag over cells. R runs across, F upwards, M is chosen above.
 */
export class RfmMatrixField extends ScoreGrid {
    static template = "mindbox_rfm.MatrixField";
    static props = {...standardFieldProps};

    setup() {
        this.state = useState({m: 0, brush: null, painting: false});
        useExternalListener(window, "pointerup", () => this.stop());
    }

    get bins() {
        return this.props.record.data.bins || 5;
    }

    get matrix() {
        return this.props.record.data[this.props.name] || {};
    }

    get segments() {
        return this.props.record.data.segment_ids.records
            .filter((record) => record.resId)
            .map((record) => ({
                id: record.resId,
                name: record.data.name,
                color: record.data.color || NOBODY,
                cells: Object.values(this.matrix).filter((id) => id === record.resId)
                    .length,
            }));
    }

    get unpainted() {
        return this.bins ** 3 - Object.keys(this.matrix).length;
    }

    codes(r, f) {
        const layers = this.state.m ? [this.state.m] : scores(this.bins);
        return layers.map((m) => cellCode(r, f, m));
    }

    /* One stripe for each M, the lowest at the bottom. */
    stripes(r, f) {
        const colors = Object.fromEntries(
            this.segments.map((segment) => [segment.id, segment.color])
        );
        return this.codes(r, f)
            .reverse()
            .map((code) => ({code, color: colors[this.matrix[code]] || NOBODY}));
    }

    cellName(r, f) {
        const ids = new Set(this.codes(r, f).map((code) => this.matrix[code]));
        if (ids.size > 1) {
            return "";
        }
        const found = this.segments.find((segment) => ids.has(segment.id));
        return found ? found.name : "";
    }

    cellInk(r, f) {
        return ink(this.stripes(r, f)[0].color);
    }

    choose(segment) {
        this.state.brush = segment.id;
    }

    start(r, f) {
        if (this.props.readonly || this.state.brush === null) {
            return;
        }
        this.draft = {...this.matrix};
        this.state.painting = true;
        this.paint(r, f);
    }

    /* A finger stays captured by the cell it began on: look what is under it. */
    move(event) {
        if (!this.state.painting) {
            return;
        }
        const under = document.elementFromPoint(event.clientX, event.clientY);
        const cell = under && under.closest("[data-cell]");
        if (cell) {
            this.paint(...cell.dataset.cell.split("-").map(Number));
        }
    }

    paint(r, f) {
        const codes = this.codes(r, f).filter(
            (code) => this.draft[code] !== this.state.brush
        );
        if (codes.length) {
            for (const code of codes) {
                if (this.state.brush) {
                    this.draft[code] = this.state.brush;
                } else {
                    delete this.draft[code];
                }
            }
            this.props.record.update({[this.props.name]: {...this.draft}});
        }
    }

    stop() {
        this.state.painting = false;
    }
}

registry.category("fields").add("rfm_matrix", {
    component: RfmMatrixField,
    displayName: _t("RFM matrix"),
    supportedTypes: ["json"],
    fieldDependencies: [{name: "bins", type: "integer"}],
});
