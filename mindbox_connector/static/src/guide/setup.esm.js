/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onWillStart, useState} from "@odoo/owl";
import {HealthCheck} from "./health_check.esm";
import {Layout} from "@web/search/layout";
import {Questions} from "./questions.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const ICONS = {
    done: "fa-check-circle text-success",
    todo: "fa-circle-o text-primary",
    blocked: "fa-lock text-muted",
};
const LABELS = {
    done: _t("Done"),
    todo: _t("To do"),
    blocked: _t("Later"),
};

/** From nothing to running: the steps, each judged from the world. */
export class Setup extends Component {
    static template = "mindbox_connector.Setup";
    static components = {HealthCheck, Layout, Questions};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, asks: false});
        this.display = {controlPanel: {}};
        onWillStart(() => this.load(this.props.action.context.active_id || false));
    }

    async load(id) {
        const data = await this.orm.call("mindbox.endpoint", "get_setup", [id]);
        this.state.data = data;
    }

    reload() {
        return this.load(this.state.data.id);
    }

    choose(event) {
        return this.load(Number(event.target.value));
    }

    get steps() {
        const next = this.state.data.steps.find(
            (step) => step.state === "todo" && step.is_needed
        );
        return this.state.data.steps.map((step, index) => ({
            ...step,
            number: index + 1,
            icon: ICONS[step.state],
            label: LABELS[step.state],
            style: step === next ? "btn-primary" : "btn-secondary",
            isNext: step === next,
        }));
    }

    get progress() {
        const needed = this.state.data.steps.filter((step) => step.is_needed);
        const done = needed.filter((step) => step.state === "done");
        return _t("Steps that are needed: %(done)s of %(all)s are done.", {
            done: done.length,
            all: needed.length,
        });
    }

    /* A button leads to a screen; what it has changed shows when that is closed. */
    async open(step) {
        const {id} = this.state.data;
        const args = [id ? [id] : []];
        const action = await this.orm.call("mindbox.endpoint", step.method, args);
        if (action && typeof action === "object") {
            await this.action.doAction(action, {onClose: () => this.reload()});
        }
        if (!action || action === true) {
            await this.reload();
        }
    }

    takeOver() {
        return this.open({method: "action_take_over"});
    }

    toggleQuestions() {
        this.state.asks = !this.state.asks;
    }
}

registry.category("actions").add("mindbox_connector.setup", Setup);
