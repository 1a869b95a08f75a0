/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {onWillStart, useState} from "@odoo/owl";
import {NOBODY, ink, shade} from "../colors.esm";
import {ScoreGrid, cellScores, scores} from "../scores.esm";
import {
    compact,
    money,
    percent,
    signed,
    whole,
} from "@mindbox_connector/pictures/numbers.esm";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {plural} from "@mindbox_connector/pictures/plural.esm";

function empty() {
    return {customers: 0, revenue: 0, orders: 0, before: 0, segments: {}, codes: []};
}

/** Cells of R and F (or FM), coloured by a measure, with the borders of the segments. */
export class RfmHeatMap extends ScoreGrid {
    static template = "mindbox_rfm.HeatMap";
    static props = {data: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({axis: "f", m: 0, measure: "customers", heat: null});
        this.measures = [
            ["customers", _t("Customers")],
            ["revenue", _t("Revenue")],
            ["average", _t("Average order")],
            ["change", _t("Change")],
        ];
        onWillStart(async () => {
            const ids = [this.props.data.scheme.id];
            this.state.heat = await this.orm.call("rfm.scheme", "get_heat_map", ids);
        });
    }

    get bins() {
        return this.props.data.scheme.bins;
    }

    /* Which row a cell is in; FM is rounded to the better side. */
    row(f, m) {
        return this.state.axis === "f" ? f : Math.ceil((f + m) / 2);
    }

    isShown(m) {
        return this.state.axis === "fm" || !this.state.m || this.state.m === m;
    }

    /* {"r-row": sums}, in one pass over the groups that the server has counted. */
    get cells() {
        const cells = {};
        const at = (code) => {
            const [r, f, m] = cellScores(code);
            if (!this.isShown(m)) {
                return null;
            }
            const key = `${r}-${this.row(f, m)}`;
            cells[key] = cells[key] || empty();
            return cells[key];
        };
        for (const group of this.state.heat.cells) {
            const cell = at(group.cell);
            if (cell) {
                cell.customers += group.customers;
                cell.revenue += group.revenue;
                cell.orders += group.orders;
                cell.codes.push(group.cell);
                cell.segments[group.segment_id] =
                    (cell.segments[group.segment_id] || 0) + group.customers;
            }
        }
        for (const [code, customers] of Object.entries(this.state.heat.before)) {
            const cell = at(code);
            if (cell) {
                cell.before += customers;
            }
        }
        return cells;
    }

    value(cell) {
        return {
            customers: cell.customers,
            revenue: cell.revenue,
            average: cell.orders ? cell.revenue / cell.orders : 0,
            change: cell.customers - cell.before,
        }[this.state.measure];
    }

    text(cell) {
        const value = this.value(cell);
        if (this.state.measure === "change") {
            return signed(value);
        }
        return value >= 100000 ? compact(value) : whole(value);
    }

    /* Everything the template needs, computed once per drawing. */
    get grid() {
        const cells = this.cells;
        const found = Object.values(cells);
        const most = Math.max(1e-9, ...found.map((cell) => Math.abs(this.value(cell))));
        const total = found.reduce((sum, cell) => sum + cell.customers, 0);
        const main = (r, row) => this.mainSegment(cells[`${r}-${row}`]);
        return this.rows.map((row) => ({
            row,
            limit: this.limitText(this.state.axis, row),
            cells: this.columns.map((r) => {
                const cell = cells[`${r}-${row}`] || empty();
                const color = shade(
                    this.value(cell) / most,
                    this.state.measure === "change"
                );
                const segment = main(r, row);
                return {
                    r,
                    cell,
                    text: this.isEmpty(cell) ? "" : this.text(cell),
                    share: cell.customers ? percent(cell.customers, total) : "",
                    name: segment ? segment.name : "",
                    title: this.title(r, row, cell),
                    style:
                        `background-color: ${color}; color: ${ink(color)};` +
                        this.borders(main, r, row),
                };
            }),
        }));
    }

    isEmpty(cell) {
        return !cell.customers && !(this.state.measure === "change" && cell.before);
    }

    mainSegment(cell) {
        if (!cell || !cell.customers) {
            return null;
        }
        const [id] = Object.entries(cell.segments).sort((a, b) => b[1] - a[1])[0];
        return this.props.data.segments.find((segment) => segment.id === Number(id));
    }

    /* A thick line in the segment's colour wherever the neighbour is another one. */
    borders(main, r, row) {
        const own = main(r, row);
        if (!own) {
            return "";
        }
        const sides = [
            ["top", r, row + 1],
            ["bottom", r, row - 1],
            ["left", r - 1, row],
            ["right", r + 1, row],
        ];
        return sides
            .filter(([, ...place]) => main(...place) !== own)
            .map(([side]) => `border-${side}-color: ${own.color || NOBODY};`)
            .join("");
    }

    limitText(axis, score) {
        const limit = this.limit(axis, score);
        if (!limit) {
            return "";
        }
        return axis === "r" ? _t("%s days", limit) : _t("%s orders", limit);
    }

    limit(axis, score) {
        const limits = this.props.data.scheme.limits[axis];
        return limits ? limits[score - 1] : "";
    }

    title(r, row, cell) {
        const {currency_id: currency} = this.props.data.scheme;
        const names = Object.entries(cell.segments).map(([id, customers]) => {
            const found = this.props.data.segments.find((s) => s.id === Number(id));
            return `${found ? found.name : "–"}: ${whole(customers)}`;
        });
        const vertical =
            this.state.axis === "f"
                ? _t("F%(score)s: %(limit)s orders", {
                      score: row,
                      limit: this.limit("f", row),
                  })
                : `FM${row}`;
        const lines = [
            _t("R%(score)s: %(limit)s days", {score: r, limit: this.limit("r", r)}),
            vertical,
        ];
        if (this.state.axis === "f" && this.state.m) {
            lines.push(`M${this.state.m}: ${this.limit("m", this.state.m)}`);
        }
        lines.push(
            plural(
                _t("%s customer|%s customers"),
                cell.customers,
                whole(cell.customers)
            ),
            money(cell.revenue, currency),
            ...names
        );
        return lines.join("\n");
    }

    async open(r, row) {
        const fs = new Set();
        const ms = new Set();
        for (const f of scores(this.bins)) {
            for (const m of scores(this.bins)) {
                if (this.isShown(m) && this.row(f, m) === row) {
                    fs.add(f);
                    ms.add(m);
                }
            }
        }
        const name =
            this.state.axis === "f"
                ? `R${r} F${row}${this.state.m ? ` M${this.state.m}` : ""}`
                : `R${r} FM${row}`;
        const args = [[this.props.data.scheme.id], [r], [...fs], [...ms], name];
        if (this.state.axis === "fm") {
            args.push(row);
        }
        const action = await this.orm.call("rfm.scheme", "action_view_cell", args);
        this.action.doAction(action);
    }
}
