/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component} from "@odoo/owl";
import {HealthCheck} from "./health_check.esm";
import {Layout} from "@web/search/layout";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/** The page Health Check of an integration point. */
export class HealthCheckPage extends Component {
    static template = "mindbox_connector.HealthCheckPage";
    static components = {HealthCheck, Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.display = {controlPanel: {}};
        this.endpointId = this.props.action.context.active_id;
    }
}

registry.category("actions").add("mindbox_connector.health_check", HealthCheckPage);
