/* Lists, cards, segments and imports. */
import {
    ICONS,
    LIST_ICONS,
    boxOf,
    called,
    cash,
    day,
    emblem,
    goods,
    h,
    icon,
    link,
    number,
    pill,
    t,
} from "./dom.js";

export function listBox(one) {
    return h(
        "section",
        {class: "box"},
        h("h3", {}, icon(LIST_ICONS[one.list] || "cart"), " ", t(one.list)),
        link(called(one.customer), "customers", one.customer.id),
        one.items.length ? goods(one.items) : h("p", {class: "quiet"}, t("nothing")),
        h("p", {class: "quiet"}, day(one.at))
    );
}

export function cardRow(one) {
    return h(
        "div",
        {class: "row"},
        emblem(ICONS.card_issue),
        h("span", {}, h("b", {}, one.number), h("small", {}, one.type || "")),
        h(
            "span",
            {class: "second"},
            one.customer
                ? link(called(one.customer), "customers", one.customer.id)
                : h("span", {class: "quiet"}, t("nobody"))
        ),
        h(
            "span",
            {class: "marks"},
            h("b", {}, cash(one.balance)),
            pill(one.status, one.status === "Activated" ? "good" : "")
        )
    );
}

export function segmentBoxes(rows) {
    const groups = Map.groupBy
        ? Map.groupBy(rows, (row) => row.segmentation)
        : new Map([["", rows]]);
    return [
        h(
            "div",
            {class: "grid"},
            [...groups].map(([name, group]) => {
                const most = Math.max(...group.map((row) => row.customers));
                return boxOf(
                    name,
                    group
                        .sort((a, b) => b.customers - a.customers)
                        .map((row) =>
                            h(
                                "div",
                                {style: "padding:5px 0"},
                                h(
                                    "span",
                                    {
                                        style: "display:flex;justify-content:space-between",
                                    },
                                    h("b", {}, row.segment),
                                    number(row.customers)
                                ),
                                h(
                                    "div",
                                    {class: "stripe"},
                                    h("i", {
                                        style: `width:${(100 * row.customers) / most}%`,
                                    })
                                )
                            )
                        )
                );
            })
        ),
    ];
}

export function importRow(one) {
    const tone =
        one.state === "done"
            ? one.rejected
                ? "warn"
                : "good"
            : one.state === "failed"
              ? "bad"
              : "info";
    return h(
        "div",
        {class: "row"},
        emblem(["upload", "customer"]),
        h(
            "span",
            {},
            h("b", {}, one.operation),
            h("small", {}, day(one.at)),
            one.problems
                .slice(0, 4)
                .map((p) => h("small", {}, `${t("row", {n: p.row})}: ${p.reason}`))
        ),
        h(
            "span",
            {class: "second"},
            `${t("done")} ${number(one.done)} / ${number(one.rows)}`,
            h(
                "div",
                {class: "stripe"},
                h("i", {style: `width:${one.rows ? (100 * one.done) / one.rows : 0}%`})
            )
        ),
        h(
            "span",
            {class: "marks"},
            one.rejected > 0 && pill(`${t("rejected")} ${number(one.rejected)}`, "bad"),
            pill(one.state, tone)
        )
    );
}
