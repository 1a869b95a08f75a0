/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {RfmCards} from "./cards.esm";
import {RfmHeatMap} from "./heat_map.esm";
import {RfmMoves} from "./moves.esm";
import {RfmTrend} from "./trend.esm";
import {_t} from "@web/core/l10n/translation";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {whole} from "@mindbox_connector/pictures/numbers.esm";
import {plural} from "@mindbox_connector/pictures/plural.esm";

/** Who the customers are, in four pictures. */
export class RfmPictures extends Component {
    static template = "mindbox_rfm.Pictures";
    static components = {Layout, RfmCards, RfmHeatMap, RfmMoves, RfmTrend};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({tab: "cards", data: {scheme: false}});
        this.display = {controlPanel: {}};
        this.tabs = [
            ["cards", _t("Segments")],
            ["heat", _t("Heat map")],
            ["moves", _t("Transitions")],
            ["trend", _t("Trend")],
        ];
        onWillStart(() => this.load());
    }

    async load() {
        const schemeId = this.props.action.context.scheme_id || false;
        const args = [schemeId];
        this.state.data = await this.orm.call("rfm.scheme", "get_overview", args);
    }

    get warnings() {
        const {run} = this.state.data;
        return run && run.warnings ? run.warnings.split("\n") : [];
    }

    get subtitle() {
        const {run, scheme} = this.state.data;
        if (!run) {
            return _t("Not computed yet.");
        }
        const text = _t("%(date)s: %(customers)s, %(moved)s of them moved.", {
            date: formatDate(deserializeDate(run.date)),
            customers: plural(
                _t("%s customer|%s customers"),
                run.customers,
                whole(run.customers)
            ),
            moved: whole(run.changed),
        });
        const months = scheme.lookback
            ? plural(
                  _t(
                      "Orders and amounts of %s month.|Orders and amounts of %s months."
                  ),
                  scheme.lookback,
                  scheme.lookback
              )
            : "";
        return `${text} ${months}`;
    }

    openScheme() {
        const {scheme} = this.state.data;
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "rfm.scheme",
            res_id: scheme.id,
            views: [[false, "form"]],
        });
    }

    openPresets() {
        this.action.doAction("mindbox_rfm.rfm_preset_action");
    }
}

registry.category("actions").add("mindbox_rfm.pictures", RfmPictures);
