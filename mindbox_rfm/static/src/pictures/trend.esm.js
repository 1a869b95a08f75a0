/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, useState} from "@odoo/owl";
import {NOBODY} from "../colors.esm";
import {roundMarks} from "@mindbox_connector/pictures/axis.esm";
import {useService} from "@web/core/utils/hooks";
import {whole} from "@mindbox_connector/pictures/numbers.esm";

const WIDTH = 900;
const HEIGHT = 380;
const LEFT = 60;
const BOTTOM = 30;

/** How the sizes of the segments went from run to run: stacked areas. */
export class RfmTrend extends Component {
    static template = "mindbox_rfm.Trend";
    static props = {data: Object};

    setup() {
        this.orm = useService("orm");
        this.state = useState({points: []});
        this.size = {width: WIDTH, height: HEIGHT + BOTTOM};
        onWillStart(async () => {
            const ids = [this.props.data.scheme.id];
            this.state.points = await this.orm.call("rfm.scheme", "get_trend", ids);
        });
    }

    get dates() {
        return [...new Set(this.state.points.map((point) => point[0]))];
    }

    /* [{segment, path}], from the bottom up: the best segment lies on top. */
    get picture() {
        const dates = this.dates;
        const sizes = {};
        for (const [date, segment, customers] of this.state.points) {
            sizes[`${date}/${segment}`] = customers;
        }
        const segments = [...this.props.data.segments].reverse();
        const total = (date) =>
            segments.reduce((sum, s) => sum + (sizes[`${date}/${s.id}`] || 0), 0);
        const most = Math.max(1, ...dates.map(total));
        const times = dates.map((date) => new Date(date).getTime());
        const span = Math.max(1, times[times.length - 1] - times[0]);
        const x = (position) =>
            LEFT + ((WIDTH - LEFT - 20) * (times[position] - times[0])) / span;
        const y = (customers) => HEIGHT - (HEIGHT - 10) * (customers / most);
        const base = dates.map(() => 0);
        const areas = segments.map((segment) => {
            const low = [...base];
            dates.forEach((date, position) => {
                base[position] += sizes[`${date}/${segment.id}`] || 0;
            });
            const points = [
                ...base.map((value, position) => `${x(position)},${y(value)}`),
                ...low.map((value, position) => `${x(position)},${y(value)}`).reverse(),
            ];
            const last = sizes[`${dates[dates.length - 1]}/${segment.id}`] || 0;
            return {
                segment,
                color: segment.color || NOBODY,
                points: points.join(" "),
                title: `${segment.name}: ${whole(last)}`,
            };
        });
        return {areas, marks: this.marks(most, y), days: this.days(dates, x)};
    }

    marks(most, y) {
        return roundMarks(most).map((value) => ({
            value,
            y: y(value),
            text: whole(value),
        }));
    }

    days(dates, x) {
        const every = Math.ceil(dates.length / 7);
        return dates
            .map((date, position) => ({date, x: x(position), position}))
            .filter(({position}) => position % every === 0);
    }

    get edges() {
        return {left: LEFT, right: WIDTH - 20, bottom: HEIGHT};
    }
}
