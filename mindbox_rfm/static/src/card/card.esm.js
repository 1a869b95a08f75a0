/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component} from "@odoo/owl";
import {NOBODY, ink} from "../colors.esm";
import {scores} from "../scores.esm";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** A customer's segment, since when and why, and the three scores as bars. */
export class RfmCardField extends Component {
    static template = "mindbox_rfm.CardField";
    static props = {...standardFieldProps};

    get card() {
        return this.props.record.data[this.props.name];
    }

    get badge() {
        const color = this.card.segment.color || NOBODY;
        return `background-color: ${color}; color: ${ink(color)}`;
    }

    get since() {
        const date = formatDate(deserializeDate(this.card.since));
        const {previous} = this.card;
        return previous
            ? _t("since %(date)s, before that %(previous)s", {date, previous})
            : _t("since %s", date);
    }

    get steps() {
        return scores(this.card.bins);
    }
}

/** A coloured dot for a field that holds a colour. */
export class RfmDotField extends Component {
    static template = "mindbox_rfm.DotField";
    static props = {...standardFieldProps};

    get color() {
        return this.props.record.data[this.props.name] || NOBODY;
    }
}

registry.category("fields").add("rfm_card", {
    component: RfmCardField,
    displayName: _t("RFM card"),
    supportedTypes: ["json"],
});
registry.category("fields").add("rfm_dot", {
    component: RfmDotField,
    displayName: _t("Coloured dot"),
    supportedTypes: ["char"],
});
