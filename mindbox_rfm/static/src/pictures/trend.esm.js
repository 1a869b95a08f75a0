/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {MindboxChart} from "@mindbox_connector/pictures/chart.esm";
import {NOBODY} from "../colors.esm";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whole} from "@mindbox_connector/pictures/numbers.esm";

/** How the sizes of the segments went from run to run: stacked areas. */
export class RfmTrend extends Component {
    static template = "mindbox_rfm.Trend";
    static components = {MindboxChart};
    static props = {data: Object};

    setup() {
        this.orm = useService("orm");
        this.state = useState({points: []});
        onWillStart(async () => {
            const ids = [this.props.data.scheme.id];
            this.state.points = await this.orm.call("rfm.scheme", "get_trend", ids);
        });
    }

    get dates() {
        return [...new Set(this.state.points.map((point) => point[0]))];
    }

    /* {date: {segment ID: customers}} */
    get sizes() {
        const sizes = {};
        for (const [date, segment, customers] of this.state.points) {
            sizes[date] = {...sizes[date], [segment]: customers};
        }
        return sizes;
    }

    /* From the bottom up: the best segment lies on top. */
    get segments() {
        return [...this.props.data.segments].reverse();
    }

    get config() {
        const {dates, sizes} = this;
        const datasets = this.segments.map((segment, position) => ({
            label: segment.name,
            data: dates.map((date) => ({
                x: deserializeDate(date).toMillis(),
                y: sizes[date][segment.id] || 0,
            })),
            backgroundColor: segment.color || NOBODY,
            borderColor: "#ffffff",
            borderWidth: 0.7,
            fill: position ? "-1" : "origin",
            pointRadius: 0,
        }));
        return {type: "line", data: {datasets}, options: this.options};
    }

    get options() {
        const callbacks = {
            title: ([item]) => formatDate(deserializeDate(this.dates[item.dataIndex])),
            label: ({dataset, parsed}) => ` ${dataset.label}: ${whole(parsed.y)}`,
        };
        return {
            interaction: {mode: "index", intersect: false},
            plugins: {
                legend: {
                    align: "start",
                    position: "bottom",
                    reverse: true,
                    labels: {boxWidth: 12, boxHeight: 12},
                },
                tooltip: {
                    callbacks,
                    itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
                },
            },
            scales: {
                x: {
                    type: "time",
                    time: {minUnit: "day"},
                    ticks: {maxRotation: 0, maxTicksLimit: 7},
                    grid: {display: false},
                },
                y: {
                    stacked: true,
                    beginAtZero: true,
                    ticks: {callback: (value) => whole(value), precision: 0},
                },
            },
        };
    }

    // === IN WORDS === //

    get last() {
        return this.dates[this.dates.length - 1];
    }

    get head() {
        return [_t("Segment"), formatDate(deserializeDate(this.last))];
    }

    get rows() {
        const sizes = this.sizes[this.last];
        return this.props.data.segments.map((segment) => [
            segment.name,
            whole(sizes[segment.id] || 0),
        ]);
    }
}
