/* Customers and orders: their rows and pages. */
import {
    ICONS,
    LIST_ICONS,
    MOMENTS,
    WORDS,
    backButton,
    boxOf,
    called,
    cash,
    day,
    emblem,
    face,
    facts,
    goods,
    h,
    icon,
    link,
    number,
    pill,
    short,
    show,
    status,
    t,
} from "./dom.js";

export function customerRow(one) {
    const segments = Object.values(one.segments).map((segment) =>
        pill(segment, "violet")
    );
    return h(
        "button",
        {class: "row", type: "button", onclick: () => show("customers", one.id)},
        face(one),
        h(
            "span",
            {},
            h("b", {}, called(one)),
            h(
                "small",
                {},
                Object.entries(one.ids)
                    .map((pair) => pair.join(" "))
                    .join(", ") || `Mindbox ${one.id}`
            )
        ),
        h(
            "span",
            {class: "second"},
            one.email || one.mobilePhone || "",
            h("small", {}, one.email && one.mobilePhone ? one.mobilePhone : "")
        ),
        h(
            "span",
            {class: "marks"},
            segments,
            one.lists.Cart > 0 && pill(`${t("Cart")} ${one.lists.Cart}`, "warn"),
            one.orders > 0 && pill(`${t("orders")} ${one.orders}`, "good")
        )
    );
}

export function words(event) {
    const values = Object.fromEntries(
        Object.entries(event).map(([key, value]) => [key, value === null ? "–" : value])
    );
    if (event.list) {
        values.list = t(event.list);
    }
    if (event.item) {
        values.item = short(event.item);
    }
    if (event.fields) {
        values.fields = Object.entries(event.fields)
            .map((pair) => pair.join(" = "))
            .join(", ");
    }
    if (event.amount !== undefined) {
        Object.assign(values, {
            amount: (event.amount > 0 ? "+" : "") + number(event.amount),
            after: number(event.after),
        });
    }
    if (event.lines?.length) {
        values.status = event.lines
            .map(
                (l) =>
                    `${l.line ?? ""} ${l.status} ${l.quantity ? "× " + number(l.quantity) : ""}`
            )
            .join(", ");
    }
    return t(
        event.order === undefined && WORDS.en[`o_${event.kind}`]
            ? `o_${event.kind}`
            : `t_${event.kind}`,
        values
    );
}

export function moment(event) {
    const side = [
        event.total !== undefined && event.total !== null && cash(event.total),
        event.state && t(`s_${event.state}`),
        event.order &&
            event.kind === "balance" &&
            event.order !== "–" &&
            `${t("order")} ${event.order}`,
        event.comment,
    ].filter(Boolean);
    const sign =
        event.list && LIST_ICONS[event.list]
            ? [LIST_ICONS[event.list], "list"]
            : MOMENTS[event.kind];
    return h(
        "li",
        {},
        emblem(sign || ["dot"]),
        h(
            "div",
            {},
            h("p", {}, words(event)),
            h("time", {datetime: event.at}, day(event.at)),
            side.length > 0 && h("span", {class: "quiet"}, ` · ${side.join(" · ")}`)
        )
    );
}

export const timeline = (events) =>
    h(
        "ol",
        {class: "timeline"},
        [...events]
            .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.seq - a.seq))
            .slice(0, 80)
            .map(moment)
    );

export function plastic(card) {
    return h(
        "div",
        {class: "plastic"},
        h("div", {}, h("small", {}, card.type || t("cards")), h("b", {}, card.number)),
        h(
            "div",
            {},
            h("small", {}, card.status),
            h("b", {}, card.balance ? number(card.balance) : "")
        )
    );
}

export function consent(one) {
    const name = [one.brand, one.pointOfContact, one.topic].filter(Boolean).join(" · ");
    return pill(
        `${name}: ${t(one.state)}`,
        one.state === "subscribed" ? "good" : "bad"
    );
}

export function pills(order) {
    const seen = new Map(order.lines.map((line) => [line.status, line]));
    return [...seen.values()].map(status);
}

export function orderRow(one) {
    return h(
        "button",
        {class: "row", type: "button", onclick: () => show("orders", one.id)},
        emblem(ICONS.order_create),
        h("span", {}, h("b", {}, one.key), h("small", {}, day(one.changed))),
        h(
            "span",
            {class: "second"},
            one.customer ? called(one.customer) : t("nobody"),
            h("small", {}, t("lines", {n: one.lines.length}))
        ),
        h(
            "span",
            {},
            h("span", {class: "money"}, cash(one.totalPrice ?? one.expectedTotal)),
            h(
                "span",
                {class: "marks"},
                one.warnings.length > 0 && pill("!", "warn"),
                pills(one)
            )
        )
    );
}

export const orderLine = (one) =>
    h(
        "p",
        {
            style: "display:flex;gap:10px;padding:4px 0;align-items:center;flex-wrap:wrap",
        },
        link(one.key, "orders", one.id),
        h("span", {style: "flex:1"}, cash(one.totalPrice)),
        pills(one)
    );

export function customerPage(one) {
    return h(
        "div",
        {class: "page"},
        h(
            "div",
            {class: "page-head"},
            backButton("customers"),
            face(one),
            h(
                "div",
                {class: "grow"},
                h("h2", {}, called(one)),
                h(
                    "p",
                    {class: "quiet"},
                    `Mindbox ${one.id}`,
                    one.merged.length > 0 &&
                        ` · ${t("merged_from")} ${one.merged.join(", ")}`
                )
            ),
            h(
                "div",
                {class: "chips"},
                Object.entries(one.segments).map(([name, segment]) =>
                    pill(`${name}: ${segment}`, "violet")
                )
            )
        ),
        h(
            "div",
            {class: "columns"},
            h("div", {class: "stack"}, boxOf(t("timeline"), timeline(one.timeline))),
            h(
                "div",
                {class: "stack"},
                boxOf(
                    t("contacts"),
                    facts([
                        ["email", one.email],
                        ["phone", one.mobilePhone],
                        ["birthday", one.birthDate],
                        ["sex", one.sex && t(one.sex)],
                        ["zone", one.timeZone],
                        ...Object.entries(one.ids),
                        ...Object.entries(one.customFields),
                    ])
                ),
                one.subscriptions.length > 0 &&
                    boxOf(
                        t("consents"),
                        h("div", {class: "chips"}, one.subscriptions.map(consent))
                    ),
                (one.cards.length > 0 || one.balances.length > 0) &&
                    boxOf(
                        t("balance"),
                        one.cards.map(plastic),
                        one.balances.map((b) =>
                            h("p", {}, `${b.systemName}: `, h("b", {}, number(b.total)))
                        )
                    ),
                Object.entries(one.lists)
                    .filter(([, l]) => l.items.length)
                    .map(([name, list]) => boxOf(t(name), goods(list.items))),
                boxOf(
                    t("orders"),
                    one.orders.length
                        ? one.orders.map(orderLine)
                        : h("p", {class: "quiet"}, t("no_orders"))
                )
            )
        )
    );
}

export function lineRow(line) {
    const gone = ["cancelled", "returned"].includes(line.category);
    return h(
        "tr",
        {class: gone ? "gone" : null},
        h("td", {}, short(line.product)),
        h("td", {class: "right"}, number(line.quantity)),
        h("td", {class: "right"}, cash(line.price)),
        h("td", {class: "right"}, status(line))
    );
}

export function orderPage(one) {
    const head = ["product", "quantity", "price", "status"].map((key, place) =>
        h("th", {class: place ? "right" : null}, t(key))
    );
    const after = one.lines.some((line) =>
        ["cancelled", "returned"].includes(line.category)
    )
        ? one.expectedTotal
        : null;
    const foot = [
        ["delivery", one.deliveryCost],
        ["total", one.totalPrice],
        ["after_returns", after],
    ]
        .filter(([, value]) => value !== null)
        .map(([key, value]) =>
            h(
                "tr",
                {},
                h("td", {colspan: 2}, t(key)),
                h("td", {class: "right"}, cash(value)),
                h("td", {})
            )
        );
    const sumsUp = one.totalPrice === null || one.warnings.length === 0;
    return h(
        "div",
        {class: "page"},
        h(
            "div",
            {class: "page-head"},
            backButton("orders"),
            emblem(ICONS.order_create),
            h(
                "div",
                {class: "grow"},
                h("h2", {}, `${t("order")} ${one.key}`),
                h("p", {class: "quiet"}, day(one.created))
            ),
            h(
                "div",
                {class: "chips"},
                pills(one),
                pill(t(sumsUp ? "matches" : "sum_differs"), sumsUp ? "good" : "bad")
            )
        ),
        one.warnings.length > 0 &&
            h(
                "ul",
                {class: "notes"},
                one.warnings.map((w) => h("li", {}, icon("warning"), w))
            ),
        h(
            "div",
            {class: "columns"},
            h(
                "div",
                {class: "stack"},
                h(
                    "section",
                    {class: "box"},
                    h(
                        "table",
                        {},
                        h("thead", {}, h("tr", {}, head)),
                        h("tbody", {}, one.lines.map(lineRow)),
                        h("tfoot", {}, foot)
                    )
                ),
                boxOf(
                    t("owner"),
                    one.customer
                        ? link(called(one.customer), "customers", one.customer.id)
                        : h("p", {class: "quiet"}, t("nobody")),
                    facts([
                        ["email", one.email],
                        ["phone", one.mobilePhone],
                        [
                            "payments",
                            one.payments
                                .map((p) => `${p.type} ${cash(p.amount)}`)
                                .join(", "),
                        ],
                        [
                            "returned",
                            one.returnedPayments
                                .map((p) => `${p.type} ${cash(p.amount)}`)
                                .join(", "),
                        ],
                        ...Object.entries(one.customFields),
                    ])
                )
            ),
            h("div", {class: "stack"}, boxOf(t("timeline"), timeline(one.history)))
        )
    );
}
