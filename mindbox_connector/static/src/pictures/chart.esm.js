/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, onWillUnmount, useEffect, useRef} from "@odoo/owl";
import {loadBundle} from "@web/core/assets";

/* Seen on light and dark ground. */
const GRID = "rgba(127, 127, 127, 0.25)";

/**
 * A chart of Chart.js in the colours of the page.
 *
 * Who cannot see the drawing reads `rows`, a table of texts below the texts of `head`.
 */
export class MindboxChart extends Component {
    static template = "mindbox_connector.Chart";
    static props = {title: String, config: Object, head: Array, rows: Array};

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => this.draw());
        onWillUnmount(() => this.chart.destroy());
    }

    /* Drawn anew in place: what somebody points at stays under the mouse. */
    draw() {
        const {type, data, options} = this.props.config;
        const {color} = getComputedStyle(this.canvas.el);
        const drawn = {
            ...options,
            animation: false,
            maintainAspectRatio: false,
            color,
            borderColor: GRID,
            scales: Object.fromEntries(
                Object.entries(options.scales).map(([axis, scale]) => [
                    axis,
                    {
                        ...scale,
                        ticks: {color, ...scale.ticks},
                        grid: {color: GRID, ...scale.grid},
                    },
                ])
            ),
        };
        if (this.chart) {
            this.chart.data = data;
            this.chart.options = drawn;
            this.chart.update("none");
        } else {
            const config = {type, data, options: drawn};
            this.chart = new window.Chart(this.canvas.el, config);
        }
    }
}
