/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

const ICONS = {
    ok: "fa-check-circle text-success",
    note: "fa-info-circle text-info",
    warning: "fa-exclamation-triangle text-warning",
    error: "fa-times-circle text-danger",
};
const LABELS = {
    ok: _t("All right"),
    note: _t("Good to know"),
    warning: _t("Warning"),
    error: _t("Error"),
};

/** What the health check has found of the server and of an integration point. */
export class HealthCheck extends Component {
    static template = "mindbox_connector.HealthCheck";
    static props = {endpointId: Number};

    setup() {
        this.orm = useService("orm");
        this.state = useState({found: null, looking: true, asOf: ""});
        onWillStart(() => {
            this.look();
        });
    }

    /* Connections are opened: the page is there before it is done. */
    async look() {
        this.state.looking = true;
        try {
            this.state.found = await this.orm.silent.call(
                "mindbox.endpoint",
                "get_health_check",
                [[this.props.endpointId]]
            );
            this.state.asOf = luxon.DateTime.now().toFormat("HH:mm:ss");
        } finally {
            this.state.looking = false;
        }
    }

    get parts() {
        const {server, points} = this.state.found;
        return [
            ...points.map((point) => ({
                title: point.name,
                lines: this.mark(point.lines),
            })),
            {title: _t("Server"), lines: this.mark(server)},
        ];
    }

    mark(lines) {
        return lines.map((line, index) => ({
            ...line,
            key: `${line.check}/${index}`,
            icon: ICONS[line.level],
            label: LABELS[line.level],
        }));
    }

    get verdict() {
        const lines = this.parts.flatMap((part) => part.lines);
        const errors = lines.filter((line) => line.level === "error").length;
        const warnings = lines.filter((line) => line.level === "warning").length;
        if (!errors && !warnings) {
            return {style: "alert-success", text: _t("Everything is as it should be.")};
        }
        return {
            style: errors ? "alert-danger" : "alert-warning",
            text: _t("Errors: %(errors)s. Warnings: %(warnings)s.", {errors, warnings}),
        };
    }
}
