/* The stream of calls. */
import {
    $,
    ICONS,
    LIST_ICONS,
    ask,
    cash,
    clock,
    emblem,
    empty,
    h,
    icon,
    link,
    pill,
    pretty,
    t,
} from "./dom.js";
import {outcomePill, plainPill, way} from "./outcomes.js";
import {KEPT, box, view} from "./state.js";

export const FILTERS = {
    all: () => true,
    only_waiting: (c) => c.outcome === "processing",
    only_failed_late: (c) => c.outcome === "failed" && c.http_status === 200,
    only_errors: (c) => c.error,
    only_warnings: (c) => c.warnings.length,
    only_faults: (c) => c.fault,
    only_duplicates: (c) => c.duplicate,
    only_stale: (c) => c.stale,
};
export function step(call) {
    const kind = box.steps[call.operation] || "";
    if (kind.startsWith("list")) {
        return [LIST_ICONS[box.lists[call.operation]] || "cart", "list"];
    }
    return ICONS[kind] || (call.mode === "bulk" ? ["upload", "customer"] : ["dot"]);
}

export function marks(call) {
    return h(
        "span",
        {class: "marks"},
        call.warnings.length > 0 && pill(`! ${call.warnings.length}`, "warn"),
        call.stale && pill(t("stale"), "warn"),
        call.duplicate && pill(t("duplicate"), "info"),
        call.fault && pill(t(`f_${call.fault}`), "bad"),
        outcomePill(call),
        plainPill(call)
    );
}

export function sum(call) {
    const about = call.about || {};
    return [
        about.order,
        about.status,
        about.total !== undefined && cash(about.total),
        about.items !== undefined && t("items", {n: about.items}),
        about.product,
        about.amount !== undefined &&
            (about.amount > 0 ? "+" : "") + cash(about.amount),
    ]
        .filter((part) => part !== false && part !== undefined && part !== null)
        .join(" · ");
}

export async function openCall(button, call) {
    const node = button.parentElement;
    const open = node.querySelector(".detail");
    button.setAttribute("aria-expanded", String(!open));
    if (open) {
        open.remove();
        return;
    }
    const full = await ask(`/api/calls/${call.seq}`).catch((error) => ({
        ...call,
        body: error.message,
    }));
    const facts = [
        ["transaction", full.transaction_id],
        ["endpoint", full.endpoint_id],
        ["scheme", full.auth_scheme],
        ["device", full.device_uuid],
        ["ip", full.customer_ip],
        ["took", `${full.ms} ms`],
    ];
    node.append(
        h(
            "div",
            {class: "detail"},
            way(full),
            (full.error || full.warnings.length > 0) &&
                h(
                    "ul",
                    {class: "notes"},
                    full.error && h("li", {class: "bad"}, icon("warning"), full.error),
                    full.warnings.map((one) =>
                        h(
                            "li",
                            {},
                            icon("warning"),
                            h(
                                "span",
                                {},
                                h("span", {class: "mono"}, one.location),
                                " ",
                                one.message
                            )
                        )
                    )
                ),
            h(
                "div",
                {class: "pair"},
                h("div", {}, h("h3", {}, t("sent")), pretty(full.body)),
                h("div", {}, h("h3", {}, t("answer")), pretty(full.answer))
            ),
            h(
                "dl",
                {class: "facts"},
                facts
                    .filter(([, value]) => value)
                    .map(([key, value]) =>
                        h(
                            "div",
                            {},
                            h("dt", {}, t(key)),
                            h("dd", {class: "mono"}, value)
                        )
                    )
            ),
            full.customer.id &&
                h(
                    "p",
                    {},
                    link(
                        call.customer.title ||
                            t("unknown_customer", {n: full.customer.id}),
                        " →",
                        "customers",
                        full.customer.id
                    )
                )
        )
    );
}

export function callRow(call) {
    const [prefix, ...name] = (call.operation || "?").split(/\.(.+)/s).filter(Boolean);
    const button = h(
        "button",
        {
            type: "button",
            "aria-expanded": "false",
            onclick: () => openCall(button, call),
        },
        h("time", {datetime: call.at}, clock(call.at)),
        emblem(step(call)),
        h(
            "span",
            {class: "what"},
            h(
                "b",
                {},
                (name[0] || prefix).split(/(?<=\.)/).flatMap((part) => [part, h("wbr")])
            ),
            h(
                "span",
                {},
                h("span", {class: `mode ${call.mode}`}, call.mode || "?"),
                h("small", {class: "quiet"}, name.length ? prefix : "")
            )
        ),
        h(
            "span",
            {class: "who"},
            call.customer.title ||
                call.customer.key ||
                h("span", {class: "quiet"}, t("no_customer")),
            call.customer.title &&
                call.customer.key &&
                h("small", {}, call.customer.key)
        ),
        h("span", {class: "sum"}, sum(call)),
        marks(call),
        icon("chevron", "turn")
    );
    const node = h("article", {class: "call", "data-seq": call.seq}, button);
    return node;
}

export function matches(call) {
    const text = `${call.operation} ${call.customer.key} ${call.customer.title} ${call.transaction_id} ${call.status} ${call.error} ${sum(call)}`;
    return (
        FILTERS[view.filter](call) &&
        text.toLowerCase().includes(view.query.toLowerCase())
    );
}

export function drawCalls() {
    const found = box.calls.filter(matches);
    if (!box.calls.length) {
        return [empty("no_calls", t("no_calls_lead", {url: box.api || ""}))];
    }
    return found.length ? found.map(callRow) : [empty("nothing_found")];
}

export function takeCalls(fresh) {
    box.calls = [...fresh.slice().reverse(), ...box.calls].slice(0, KEPT);
    if (view.tab !== "calls") {
        return;
    }
    const panel = $("panel");
    const rows = fresh.filter(matches);
    if (!rows.length) {
        return;
    }
    if (!panel.querySelector(".call")) {
        panel.replaceChildren();
    }
    for (const call of rows) {
        const row = callRow(call);
        row.classList.add("fresh");
        panel.prepend(row);
    }
    while (panel.childElementCount > KEPT) {
        panel.lastChild.remove();
    }
}

/* Calls that were executed meanwhile: their rows tell it, open ones stay open. */
export function takeExecuted(executed) {
    for (const call of executed) {
        const place = box.calls.findIndex((one) => one.seq === call.seq);
        if (place < 0) {
            continue;
        }
        box.calls[place] = call;
        const old =
            view.tab === "calls" &&
            $("panel").querySelector(`[data-seq="${call.seq}"]`);
        if (!old) {
            continue;
        }
        if (!matches(call)) {
            old.remove();
            continue;
        }
        const row = callRow(call);
        old.replaceWith(row);
        if (old.querySelector(".detail")) {
            openCall(row.firstElementChild, call);
        }
    }
}
