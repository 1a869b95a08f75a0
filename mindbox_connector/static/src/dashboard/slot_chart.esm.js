/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component} from "@odoo/owl";
import {roundMarks} from "@mindbox_connector/pictures/axis.esm";
import {deserializeDateTime} from "@web/core/l10n/dates";

const WIDTH = 720;
const HEIGHT = 190;
const EDGES = {left: 64, right: WIDTH - 10, top: 10, bottom: HEIGHT - 26};
const LABELS = 6;
const DAY = 86400;

/**
 * Numbers over time, slot by slot: stacked bars, an area, or lines.
 *
 * `series`: [{name, label, color, dashed, hatched}], `slots`: [{start, ...numbers}].
 * A number that is null is not known: nothing is drawn.
 */
export class SlotChart extends Component {
    static template = "mindbox_connector.SlotChart";
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

    setup() {
        this.size = {width: WIDTH, height: HEIGHT};
        this.edges = EDGES;
    }

    /* No time at all is a time, too; no requests are nothing to draw. */
    get empty() {
        const {kind, series, slots} = this.props;
        const tells = kind === "lines" ? (value) => value !== null : Boolean;
        return !slots.some((slot) => series.some((line) => tells(slot[line.name])));
    }

    get most() {
        const value = (slot) => {
            const values = this.props.series.map((line) => slot[line.name] || 0);
            return this.props.kind === "bars"
                ? values.reduce((sum, one) => sum + one, 0)
                : Math.max(...values);
        };
        return Math.max(1, ...this.props.slots.map(value));
    }

    /* Fixed marks are of a logarithmic axis: seconds and days on one picture. */
    get scale() {
        const {marks} = this.props;
        const height = EDGES.bottom - EDGES.top;
        if (!marks) {
            const most = this.most;
            return {
                marks: roundMarks(most),
                y: (value) => EDGES.bottom - (height * value) / most,
            };
        }
        const top = marks.find((mark) => mark >= this.most) || marks[marks.length - 1];
        const shown = marks.filter((mark) => mark <= top);
        const low = Math.log(marks[0] / 2);
        const span = Math.log(top * 1.2) - low;
        return {
            marks: shown,
            y: (value) =>
                EDGES.bottom -
                height * Math.max(0, Math.min(1, (Math.log(value) - low) / span)),
        };
    }

    get width() {
        return (EDGES.right - EDGES.left) / this.props.slots.length;
    }

    x(position) {
        return EDGES.left + position * this.width;
    }

    get gridlines() {
        const {marks, y} = this.scale;
        return marks.map((value) => ({
            value,
            y: y(value),
            text: this.props.format(value),
        }));
    }

    get bars() {
        const {y} = this.scale;
        const bars = [];
        this.props.slots.forEach((slot, position) => {
            let base = 0;
            for (const line of this.props.series) {
                const value = slot[line.name];
                if (value) {
                    bars.push({
                        key: `${position}/${line.name}`,
                        line,
                        x: this.x(position) + 1,
                        y: y(base + value),
                        height: y(base) - y(base + value),
                    });
                    base += value;
                }
            }
        });
        return bars;
    }

    /* Pieces of [x, y] without a gap. */
    pieces(line) {
        const {y} = this.scale;
        const pieces = [];
        let piece = null;
        this.props.slots.forEach((slot, position) => {
            const value = slot[line.name];
            if (value === null) {
                piece = null;
                return;
            }
            if (!piece) {
                piece = [];
                pieces.push(piece);
            }
            piece.push([this.x(position) + this.width / 2, y(value)]);
        });
        return pieces;
    }

    get lines() {
        return this.props.series.flatMap((line) =>
            this.pieces(line).map((points, number) => ({
                key: `${line.name}/${number}`,
                line,
                points: points.join(" "),
                // A single point is seen as a dot.
                dots: points.length === 1 ? points : [],
                area: [
                    [points[0][0], EDGES.bottom],
                    ...points,
                    [points[points.length - 1][0], EDGES.bottom],
                ].join(" "),
            }))
        );
    }

    moment(slot) {
        return deserializeDateTime(slot.start);
    }

    get labels() {
        const {slots, step} = this.props;
        const long = slots.length * step > DAY;
        const every = Math.ceil(slots.length / LABELS);
        return slots
            .map((slot, position) => ({slot, position, x: this.x(position)}))
            .filter(({position}) => position % every === 0)
            .map((label) => ({
                ...label,
                text: this.moment(label.slot).toFormat(long ? "ccc d" : "HH:mm"),
            }));
    }

    /* What a slot tells under the mouse. */
    get columns() {
        const {slots, series, format, step} = this.props;
        return slots.map((slot, position) => {
            const start = this.moment(slot);
            const end = start.plus({seconds: step});
            const numbers = series
                .filter((line) => slot[line.name] !== null)
                .map((line) => `${line.label}: ${format(slot[line.name])}`);
            return {
                slot,
                position,
                x: this.x(position),
                title: [
                    `${start.toFormat("ccc d, HH:mm")} – ${end.toFormat("HH:mm")}`,
                    ...numbers,
                ].join("\n"),
            };
        });
    }
}
