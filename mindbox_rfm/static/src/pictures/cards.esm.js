/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, useState} from "@odoo/owl";
import {money, percent, signed, whole} from "@mindbox_connector/pictures/numbers.esm";
import {NOBODY} from "../colors.esm";
import {download} from "@web/core/network/download";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

const EXPORTED = [
    "name",
    "email",
    "phone",
    "rfm_segment_id",
    "rfm_segment_since",
    "rfm_last_order_date",
    "rfm_order_count",
    "rfm_amount",
];

/** One card per segment: how many, how much, what to do. */
export class RfmCards extends Component {
    static template = "mindbox_rfm.Cards";
    static props = {data: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({canMail: false, canExport: false});
        this.checkRights();
    }

    async checkRights() {
        this.state.canMail = await this.orm.call("rfm.segment", "can_mail", []);
        this.state.canExport = await user.hasGroup("base.group_allow_export");
    }

    get cards() {
        const {segments, scheme} = this.props.data;
        const total = (name) => segments.reduce((sum, card) => sum + card[name], 0);
        const customers = total("customers");
        const revenue = total("revenue");
        return segments.map((card) => ({
            ...card,
            color: card.color || NOBODY,
            share: customers ? card.customers / customers : 0,
            texts: {
                customers: whole(card.customers),
                share: percent(card.customers, customers),
                revenue: money(card.revenue, scheme.currency_id),
                revenueShare: percent(card.revenue, revenue),
                average: card.orders ? money(card.average, scheme.currency_id) : "–",
                median: card.median_days === false ? "–" : whole(card.median_days),
                change: card.change === false ? "" : signed(card.change),
            },
        }));
    }

    direction(card) {
        return card.change > 0 ? "fa-arrow-up" : card.change < 0 ? "fa-arrow-down" : "";
    }

    async open(card, method) {
        const action = await this.orm.call("rfm.segment", method, [[card.id]], {
            context: user.context,
        });
        this.action.doAction(action);
    }

    /** Download the customers as a spreadsheet, by Odoo's own export. */
    async download(card) {
        const attributes = ["string", "type", "store"];
        const known = await this.orm.call("res.partner", "fields_get", [
            EXPORTED,
            attributes,
        ]);
        const fields = EXPORTED.filter((name) => name in known).map((name) => ({
            name,
            label: known[name].string,
            type: known[name].type,
            store: known[name].store,
        }));
        const data = {
            model: "res.partner",
            domain: [["rfm_segment_id", "=", card.id]],
            fields,
            groupby: [],
            ids: false,
            import_compat: false,
            context: user.context,
        };
        await download({
            url: "/web/export/xlsx",
            data: {data: JSON.stringify(data)},
        });
    }
}
