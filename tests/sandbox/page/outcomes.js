/* Accepted, executed, and with what outcome: what became of a call. */
import {clock, h, icon, locale, pill, t} from "./dom.js";

export const TONES = {
    processing: "info",
    completed: "good",
    remarks: "warn",
    failed: "bad",
};
const seconds = (call) => (new Date(call.executed_at) - new Date(call.at)) / 1000;
const late = (call) => call.mode === "async" && call.http_status === 200;

/* A call that was executed well after its answer says how much later. */
export function after(call) {
    if (!call.executed_at || !late(call) || seconds(call) < 0.05) {
        return "";
    }
    const digits = {minimumFractionDigits: 1, maximumFractionDigits: 1};
    const shown = new Intl.NumberFormat(locale(), digits).format(seconds(call));
    return ` ${t("seconds_later", {n: shown})}`;
}

export function outcomePill(call) {
    if (!late(call) || !call.outcome || call.duplicate) {
        return null;
    }
    return h(
        "span",
        {class: `pill outcome ${TONES[call.outcome]}`, "data-outcome": call.outcome},
        t(`outcome_${call.outcome}`) + after(call)
    );
}

function station(name, tone, title, ...content) {
    return h(
        "li",
        {class: tone},
        h("span", {class: "stop"}, icon(name)),
        h("b", {}, title),
        h("span", {class: "quiet"}, ...content)
    );
}

/* The way of a call, as three stations. */
export function way(call) {
    if (!call.outcome) {
        return null;
    }
    const waits = call.outcome === "processing";
    const refused = call.http_status !== 200;
    return h(
        "ol",
        {class: "way"},
        station(
            "inbox",
            refused ? "bad" : "good",
            t(refused ? "refused_call" : "accepted"),
            clock(call.at)
        ),
        !refused &&
            station(
                "gear",
                waits ? "wait" : "good",
                t(waits ? "waits" : "executed"),
                waits ? t("waits_lead") : clock(call.executed_at) + after(call)
            ),
        station(
            waits ? "dot" : call.outcome === "completed" ? "check" : "warning",
            waits ? "wait" : TONES[call.outcome],
            t(`result_${call.outcome}`),
            call.outcome === "failed" && late(call) ? t("log_only") : ""
        )
    );
}

export const plainPill = (call) => {
    const good =
        call.http_status === 200 &&
        ["Success", "TransactionAlreadyProcessed"].includes(call.status);
    const label =
        call.http_status === 200 ? call.status || "200" : `${call.http_status ?? "–"}`;
    if (label === "TransactionAlreadyProcessed" || (good && outcomePill(call))) {
        return null;
    }
    return pill(label, good ? "good" : "bad");
};
