/* The fault switches and what they say. */
import {$, ask, h, number, t} from "./dom.js";
import {box} from "./state.js";

export const SWITCHES = [
    "503",
    "429",
    "slow",
    "refused",
    "lost_answer",
    "html",
    "firewall",
    "500",
    "502",
    "504",
    "401",
    "403",
    "404",
    "400",
    "validation_error",
    "black_hole",
    "reset",
    "half_answer",
    "early_hints",
    "empty",
];
/* What comes after the answer. */
export const LATER = [
    "late_failure",
    "late_remark",
    "export_not_ready",
    "export_cancelled",
];
export function faultName(fault) {
    if (fault.series) {
        return `${t("f_series")}: ${fault.series.map((s) => s.kind).join(", ")}`;
    }
    return `${/^\d/.test(fault.kind) ? fault.kind + " " : ""}${t(`f_${fault.kind}`)}`;
}

export async function toggle(kind, on) {
    if (on) {
        await ask(`/api/faults?kind=${kind}`, "DELETE");
        return;
    }
    const wide = kind === "refused";
    const times = Number($("fault-times").value) || null;
    await ask("/api/faults", "POST", {
        kind,
        operation: wide ? null : $("fault-operation").value || null,
        times: wide ? null : times,
        seconds: kind === "slow" ? Number($("fault-seconds").value) : null,
        retry_after: kind === "429" ? $("fault-retry").value || null : null,
        share: kind.startsWith("late_") ? Number($("fault-share").value) / 100 : null,
    });
}

function switchOf(kind, on) {
    return h(
        "button",
        {
            type: "button",
            "data-kind": kind,
            "aria-pressed": String(on.has(kind)),
            onclick: () => toggle(kind, on.has(kind)),
        },
        /^\d/.test(kind)
            ? [h("b", {}, kind), h("small", {}, t(`f_${kind}`))]
            : h("b", {class: "words"}, t(`f_${kind}`))
    );
}

export function drawFaults() {
    const on = new Set(box.faults.filter((f) => !f.series).map((f) => f.kind));
    const focused = document.activeElement?.dataset?.kind;
    $("switches").replaceChildren(...SWITCHES.map((kind) => switchOf(kind, on)));
    $("later").replaceChildren(...LATER.map((kind) => switchOf(kind, on)));
    if (focused) {
        $("faults").querySelector(`[data-kind="${focused}"]`)?.focus();
    }
    $("active").replaceChildren(
        ...box.faults.map((fault) =>
            h(
                "li",
                {},
                h(
                    "span",
                    {},
                    h("b", {}, faultName(fault)),
                    h("br"),
                    h(
                        "small",
                        {},
                        [
                            fault.operation || t("all_calls"),
                            fault.share && fault.share < 1
                                ? `${number(Math.round(fault.share * 100))} %`
                                : "",
                            fault.times
                                ? t("times_left", {n: fault.hits, m: fault.times})
                                : t("hits", {n: fault.hits}),
                        ]
                            .filter(Boolean)
                            .join(" · ")
                    )
                ),
                h(
                    "button",
                    {
                        type: "button",
                        "aria-label": `${t("turn_off")}: ${faultName(fault)}`,
                        onclick: () => ask(`/api/faults/${fault.id}`, "DELETE"),
                    },
                    "×"
                )
            )
        )
    );
    const texts = box.faults.map((fault) =>
        fault.kind === "refused"
            ? t("alarm_refused")
            : faultName(fault) + (fault.operation ? ` · ${fault.operation}` : "")
    );
    $("alarm").hidden = !texts.length;
    $("alarm-text").textContent = t("alarm", {s: [...new Set(texts)].join(" + ")});
    $("fault-count").hidden = !texts.length;
    $("fault-count").textContent = texts.length;
}

export function setLatency(value) {
    $("latency").value = value;
    $("latency-out").textContent = `${number(value)} ms`;
}
