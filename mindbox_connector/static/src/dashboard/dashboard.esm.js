/* Copyright 2026 Mindbox Connector contributors
 * License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl). */

import {Component, onMounted, onWillStart, onWillUnmount, useState} from "@odoo/owl";
import {deserializeDateTime, serializeDateTime} from "@web/core/l10n/dates";
import {percent, whole} from "@mindbox_connector/pictures/numbers.esm";
import {Layout} from "@web/search/layout";
import {SlotChart} from "./slot_chart.esm";
import {_t} from "@web/core/l10n/translation";
import {duration} from "./durations.esm";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const REFRESH = 30000;
/* Told apart with every usual kind of colour blindness (Okabe and Ito). */
const BLUE = "#0072b2";
const ORANGE = "#e69f00";
const VERMILION = "#d55e00";
const GREY = "#9a9a9a";
const LATENCY_MARKS = [1, 10, 60, 600, 3600, 21600, 86400, 604800];
const ICONS = {
    ok: "fa-check-circle",
    waiting: "fa-paper-plane-o",
    needs_you: "fa-hand-paper-o",
    failing: "fa-exclamation-triangle",
    held: "fa-hourglass-half",
    paused: "fa-pause-circle",
    no_runner: "fa-plug",
    draft: "fa-circle-o",
};

/** How the integration points do, at a glance. */
export class MindboxDashboard extends Component {
    static template = "mindbox_connector.Dashboard";
    static components = {Layout, SlotChart};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({period: "day", point: false, data: null, asOf: ""});
        this.display = {controlPanel: {}};
        this.duration = duration;
        this.whole = whole;
        this.periods = [
            ["hour", _t("Hour")],
            ["day", _t("Day")],
            ["week", _t("Week")],
        ];
        onWillStart(() => this.load());
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), REFRESH);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async load() {
        const args = [this.state.period, this.state.point];
        const silent = this.orm.silent;
        this.state.data = await silent.call("mindbox.endpoint", "get_dashboard", args);
        this.state.asOf = luxon.DateTime.now().toFormat("HH:mm:ss");
    }

    /* Nobody looks at a hidden tab; a lost connection is tried again next time. */
    async refresh() {
        if (!document.hidden) {
            await this.load().catch(() => {
                this.state.asOf = _t("%s, no connection", this.state.asOf);
                clearInterval(this.timer);
                this.timer = setInterval(() => this.refresh(), REFRESH);
            });
        }
    }

    choosePeriod(period) {
        this.state.period = period;
        return this.load();
    }

    /* Look at one integration point, or at all again. */
    choosePoint(point) {
        this.state.point = this.state.point === point.id ? false : point.id;
        return this.load();
    }

    get points() {
        return this.state.data.points.map((point) => ({
            ...point,
            icon: ICONS[point.state],
            color: `text-${point.level}`,
            success: this.success(point.day),
            latency: point.p95_seconds === null ? "–" : duration(point.p95_seconds),
            oldest: point.waiting ? duration(point.oldest_seconds) : "",
            shownOutcomes: this.outcomes(point),
            staleText: _t(
                "%s events were older than 7 days when they arrived: Mindbox has them, but its scenarios ignore such events.",
                whole(point.stale)
            ),
        }));
    }

    /* What became of the calls of a day; without the log only what was accepted. */
    outcomes(point) {
        const {outcomes} = point;
        const count = (...names) =>
            names.reduce((sum, name) => sum + (outcomes[name] || 0), 0);
        const of = (name, label, number, domain, color) => ({
            name,
            label,
            count: number,
            color: number ? color : "",
            domain: [["endpoint_id", "=", point.id], ...domain],
        });
        const day = [["next_attempt_at", ">=", this.ago({days: 1})]];
        const known = ["in", ["processed", "with_remarks"]];
        const shown = [
            of(
                "accepted",
                _t("accepted in a day"),
                count("processed", "with_remarks", "failed", "unknown"),
                [...day, ["outcome", "!=", false]]
            ),
            of("processed", _t("processed"), count("processed", "with_remarks"), [
                ...day,
                ["outcome", ...known],
            ]),
        ];
        if (point.untold === null) {
            return shown;
        }
        return [
            ...shown,
            of(
                "failed",
                _t("failed late"),
                count("failed"),
                [...day, ["outcome", "=", "failed"]],
                "text-danger"
            ),
            of(
                "untold",
                _t("unknown for an hour"),
                point.untold,
                [
                    ["state", "=", "sent"],
                    ["outcome", "=", "unknown"],
                    ["mode", "=", "async"],
                    ["sent_at", "<", this.ago({hours: 1})],
                ],
                "text-warning"
            ),
        ];
    }

    ago(span) {
        return serializeDateTime(luxon.DateTime.now().minus(span));
    }

    success({sent, rejected}) {
        return sent + rejected ? percent(sent, sent + rejected) : "–";
    }

    get alerts() {
        return this.state.data.points.flatMap((point) =>
            point.alerts.map((alert) => ({
                ...alert,
                point,
                key: `${point.id}/${alert.kind}`,
                text: _t("%(alert)s since %(moment)s", {
                    alert: alert.label,
                    moment: deserializeDateTime(alert.since).toFormat("ccc d, HH:mm"),
                }),
            }))
        );
    }

    get charts() {
        return [
            {
                title: _t("Throughput"),
                kind: "bars",
                format: whole,
                series: [
                    {name: "sent", label: _t("Sent"), color: BLUE},
                    {
                        name: "rejected",
                        label: _t("Rejected"),
                        color: VERMILION,
                        hatched: true,
                    },
                    {name: "other", label: _t("Not sent"), color: GREY},
                ],
                open: (slot) => this.openFinished(slot),
            },
            {
                title: _t("Waiting"),
                kind: "area",
                format: whole,
                series: [{name: "waiting", label: _t("Requests"), color: ORANGE}],
                open: () => this.openState("pending", _t("Waiting")),
            },
            {
                title: _t("From event to delivery"),
                kind: "lines",
                format: duration,
                marks: LATENCY_MARKS,
                series: [
                    {name: "half_seconds", label: _t("Usually"), color: BLUE},
                    {
                        name: "p95_seconds",
                        label: _t("The slowest 5 % from"),
                        color: VERMILION,
                        dashed: true,
                    },
                ],
                open: (slot) => this.openFinished(slot, [["state", "=", "sent"]]),
            },
        ];
    }

    get reasons() {
        const {reasons} = this.state.data;
        const most = Math.max(1, ...reasons.map((reason) => reason.count));
        return reasons.map((reason, key) => ({
            ...reason,
            key,
            share: (100 * reason.count) / most,
            text: reason.text || _t("No reason given"),
        }));
    }

    // === CLICK THROUGH ===

    get scope() {
        const {point} = this.state;
        return point ? [["endpoint_id", "=", point]] : [];
    }

    openRequests(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "mindbox.request",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [...this.scope, ...domain],
        });
    }

    openFinished(slot, domain = [["state", "!=", "pending"]]) {
        const start = deserializeDateTime(slot.start);
        const end = start.plus({seconds: this.state.data.step});
        const name = `${start.toFormat("ccc d, HH:mm")} – ${end.toFormat("HH:mm")}`;
        return this.openRequests(name, [
            ...domain,
            ["next_attempt_at", ">=", slot.start],
            ["next_attempt_at", "<", serializeDateTime(end)],
        ]);
    }

    openState(state, name, point) {
        const domain = point ? [["endpoint_id", "=", point.id]] : [];
        return this.openRequests(name, [...domain, ["state", "=", state]]);
    }

    openReason(reason) {
        const {slots} = this.state.data;
        return this.openRequests(reason.text, [
            ["state", "=", "rejected"],
            ["reason_code", "=", reason.code || false],
            ["next_attempt_at", ">=", slots[0].start],
        ]);
    }

    openPoint(point) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mindbox.endpoint",
            res_id: point.id,
            views: [[false, "form"]],
        });
    }

    openPoints() {
        return this.action.doAction("mindbox_connector.mindbox_endpoint_action");
    }
}

registry.category("actions").add("mindbox_connector.dashboard", MindboxDashboard);
