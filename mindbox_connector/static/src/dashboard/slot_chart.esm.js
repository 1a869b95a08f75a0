/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component} from "@odoo/owl";
import {MindboxChart} from "@mindbox_connector/pictures/chart.esm";
import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {hatch} from "@mindbox_connector/pictures/hatch.esm";

const DAY = 86400;
/* What stands before a name in the legend. */
const BOXES = {boxWidth: 18, boxHeight: 10};
const LINES = {boxWidth: 24, boxHeight: 0};

/* A number between two unknown ones makes no line: it is seen as a dot. */
function isAlone({dataset: {data}, dataIndex}) {
    const known = (value) => value !== null && value !== undefined;
    return !known(data[dataIndex - 1]) && !known(data[dataIndex + 1]);
}

/**
 * Numbers over time, slot by slot: stacked bars, an area, or lines.
 *
 * `series`: [{name, label, color, dashed, hatched}], `slots`: [{start, ...numbers}].
 * A number that is null is not known: nothing is drawn.
 */
export class SlotChart extends Component {
    static template = "mindbox_connector.SlotChart";
    static components = {MindboxChart};
    static props = {
        title: String,
        kind: String,
        slots: Array,
        series: Array,
        step: Number,
        format: Function,
        marks: {type: Array, optional: true},
        open: Function,
    };
    static defaultProps = {marks: null};

    /* No time at all is a time, too; no requests are nothing to draw. */
    get empty() {
        const {kind, series, slots} = this.props;
        const tells = kind === "lines" ? (value) => value !== null : Boolean;
        return !slots.some((slot) => series.some((line) => tells(slot[line.name])));
    }

    get config() {
        const {kind, slots, series} = this.props;
        const datasets = series.map((line) => ({
            label: line.label,
            data: slots.map((slot) => this.drawn(slot[line.name])),
            ...(kind === "bars" ? this.bar(line) : this.line(line)),
        }));
        return {
            type: kind === "bars" ? "bar" : "line",
            data: {labels: slots.map((slot) => this.label(slot)), datasets},
            options: this.options,
        };
    }

    bar({color, hatched}) {
        return {
            backgroundColor: hatched ? hatch(color) : color,
            categoryPercentage: 1,
            barPercentage: 0.9,
        };
    }

    line({color, dashed}) {
        return {
            borderColor: color,
            borderDash: dashed ? [6, 4] : [],
            borderWidth: 2.5,
            backgroundColor: `${color}4d`,
            fill: this.props.kind === "area",
            pointRadius: (point) => (isAlone(point) ? 3 : 0),
            pointBackgroundColor: color,
        };
    }

    /* On an axis of ratios there is no zero. */
    drawn(value) {
        const {marks} = this.props;
        return marks && value !== null ? Math.max(value, this.lowest) : value;
    }

    get lowest() {
        return this.props.marks[0] / 2;
    }

    get options() {
        const {kind, slots, series, open, format} = this.props;
        const stacked = kind === "bars";
        const callbacks = {
            title: ([item]) => this.span(slots[item.dataIndex]),
            label: ({dataIndex, datasetIndex}) => {
                const {name, label} = series[datasetIndex];
                return ` ${label}: ${format(slots[dataIndex][name])}`;
            },
        };
        return {
            interaction: {mode: "index", intersect: false},
            onClick: (event, [bar]) => bar && open(slots[bar.index]),
            onHover: ({native}, bars) => {
                native.target.style.cursor = bars.length ? "pointer" : "default";
            },
            plugins: {
                legend: {align: "start", labels: kind === "lines" ? LINES : BOXES},
                tooltip: {callbacks},
            },
            scales: {
                x: {
                    stacked,
                    ticks: {maxRotation: 0, maxTicksLimit: 7},
                    grid: {display: false},
                },
                y: {stacked, ...this.axis},
            },
        };
    }

    /* Fixed marks are of an axis of ratios: seconds and days on one picture. */
    get axis() {
        const {slots, series, marks, format} = this.props;
        const ticks = {callback: (value) => format(value), maxTicksLimit: 7};
        if (!marks) {
            return {beginAtZero: true, ticks: {...ticks, precision: 0}};
        }
        const numbers = slots.flatMap((slot) => series.map((line) => slot[line.name]));
        const most = Math.max(...numbers);
        const top = marks.find((mark) => mark >= most) || marks[marks.length - 1];
        return {
            type: "logarithmic",
            min: this.lowest,
            max: top * 1.2,
            afterBuildTicks: (axis) => {
                const shown = marks.filter((mark) => mark <= top);
                axis.ticks = shown.map((value) => ({value}));
            },
            ticks: {...ticks, autoSkip: false},
        };
    }

    // === IN WORDS === //

    label(slot) {
        const {slots, step} = this.props;
        const long = slots.length * step > DAY;
        return deserializeDateTime(slot.start).toFormat(long ? "ccc d" : "HH:mm");
    }

    span(slot) {
        const start = deserializeDateTime(slot.start);
        const end = start.plus({seconds: this.props.step});
        return `${start.toFormat("ccc d, HH:mm")} – ${end.toFormat("HH:mm")}`;
    }

    get head() {
        return [_t("Time"), ...this.props.series.map((line) => line.label)];
    }

    get rows() {
        const {slots, series, format} = this.props;
        const text = (value) => (value === null ? "–" : format(value));
        return slots.map((slot) => [
            this.span(slot),
            ...series.map((line) => text(slot[line.name])),
        ]);
    }
}
