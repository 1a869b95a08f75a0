/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, useState} from "@odoo/owl";
import {percent, whole} from "@mindbox_connector/pictures/numbers.esm";
import {NOBODY} from "../colors.esm";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {plural} from "@mindbox_connector/pictures/plural.esm";

const WIDTH = 900;
const HEIGHT = 520;
const LABEL = 190;
const BAR = 14;
const GAP = 6;

/** Who went from which segment to which between two days: a matrix and a flow. */
export class RfmMoves extends Component {
    static template = "mindbox_rfm.Moves";
    static props = {data: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            dates: [],
            from: null,
            to: null,
            moves: [],
            sizes: {},
            flow: false,
        });
        this.size = {width: WIDTH, height: HEIGHT};
        onWillStart(async () => {
            const ids = [this.props.data.scheme.id];
            this.state.dates = await this.orm.call("rfm.scheme", "get_run_dates", ids);
            this.state.to = this.state.dates[0];
            this.state.from = this.state.dates[1] || this.state.dates[0];
            await this.load();
        });
    }

    async load() {
        const {scheme} = this.props.data;
        const args = [[scheme.id], this.state.from, this.state.to];
        const data = await this.orm.call("rfm.scheme", "get_transitions", args);
        Object.assign(this.state, data);
    }

    async choose(side, event) {
        this.state[side] = event.target.value;
        await this.load();
    }

    get outside() {
        return {id: false, name: _t("No segment"), color: NOBODY};
    }

    get moved() {
        return this.state.moves.reduce((sum, move) => sum + move[2], 0);
    }

    get movedText() {
        return plural(
            _t("%s customer moved|%s customers moved"),
            this.moved,
            whole(this.moved)
        );
    }

    count(from, to) {
        const found = this.state.moves.find(
            (move) => (move[0] || false) === from && (move[1] || false) === to
        );
        return found ? found[2] : 0;
    }

    get places() {
        const {segments} = this.props.data;
        const outside = this.state.moves.some((move) => !move[0] || !move[1]);
        return outside ? [...segments, this.outside] : segments;
    }

    /* Rows of the matrix; who did not move is what is left of the size. */
    get matrix() {
        const places = this.places;
        return places.map((from, position) => {
            const size = this.state.sizes[from.id] || 0;
            const left = places.reduce(
                (sum, to) => sum + this.count(from.id, to.id),
                0
            );
            return {
                from,
                size: from.id ? whole(size) : "",
                cells: places.map((to, other) => {
                    const stays = position === other;
                    const customers = stays ? size - left : this.count(from.id, to.id);
                    return {
                        to,
                        stays,
                        customers,
                        text: customers > 0 ? whole(customers) : "",
                        share: size && customers > 0 ? percent(customers, size) : "",
                        style: stays ? "" : this.tint(position, other, customers),
                    };
                }),
            };
        });
    }

    /* Upwards in the order of the segments is blue, downwards orange. */
    tint(position, other, customers) {
        if (!customers) {
            return "";
        }
        const most = Math.max(1, ...this.state.moves.map((move) => move[2]));
        const strength = 0.15 + 0.5 * Math.sqrt(customers / most);
        const color = other < position ? "0, 114, 178" : "213, 94, 0";
        return `background-color: rgba(${color}, ${strength})`;
    }

    async open(from, to) {
        const name = `${from.name} → ${to.name}`;
        const {scheme} = this.props.data;
        const {from: start, to: end} = this.state;
        const args = [[scheme.id], start, end, from.id, to.id, name];
        this.action.doAction(
            await this.orm.call("rfm.scheme", "action_view_movers", args)
        );
    }

    /* Two columns of bars and the ribbons between, only of those who moved. */
    get flow() {
        const places = this.places;
        const total = Math.max(1, this.moved);
        const scale = (HEIGHT - GAP * places.length) / total;
        const left = this.stack(places, scale, (a, b) => this.count(a.id, b.id));
        const right = this.stack(places, scale, (a, b) => this.count(b.id, a.id));
        const ribbons = [];
        const used = {left: {}, right: {}};
        for (const from of places) {
            for (const to of places) {
                const customers = from.id === to.id ? 0 : this.count(from.id, to.id);
                if (customers) {
                    const thick = customers * scale;
                    const y1 = left[from.id].y + (used.left[from.id] || 0);
                    const y2 = right[to.id].y + (used.right[to.id] || 0);
                    used.left[from.id] = (used.left[from.id] || 0) + thick;
                    used.right[to.id] = (used.right[to.id] || 0) + thick;
                    ribbons.push({
                        key: `${from.id}-${to.id}`,
                        from,
                        to,
                        color: from.color || NOBODY,
                        title: `${from.name} → ${to.name}: ${whole(customers)}`,
                        path: this.ribbon(y1, y2, thick),
                    });
                }
            }
        }
        const bars = (side) => Object.values(side).filter((bar) => bar.height);
        return {left: bars(left), right: bars(right), ribbons};
    }

    stack(places, scale, count) {
        const bars = {};
        let y = 0;
        for (const place of places) {
            const customers = places.reduce(
                (sum, other) => sum + (other.id === place.id ? 0 : count(place, other)),
                0
            );
            const height = customers * scale;
            const text = `${place.name} · ${whole(customers)}`;
            bars[place.id] = {place, y, height, text};
            y += height ? height + GAP : 0;
        }
        return bars;
    }

    ribbon(y1, y2, thick) {
        const x1 = LABEL + BAR;
        const x2 = WIDTH - LABEL - BAR;
        const middle = (x1 + x2) / 2;
        return (
            `M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2} ${y2} ` +
            `L ${x2} ${y2 + thick} C ${middle} ${y2 + thick}, ${middle} ` +
            `${y1 + thick}, ${x1} ${y1 + thick} Z`
        );
    }

    get edges() {
        return {left: LABEL, right: WIDTH - LABEL - BAR, bar: BAR};
    }
}
