/* Small helpers: words, nodes, numbers, and asking the control interface. */
export const WORDS = window.WORDS;
export const $ = (id) => document.getElementById(id);
export const ICONS = {
    register: ["user", "customer"],
    authorize: ["key", "customer"],
    edit: ["pen", "customer"],
    complement: ["user", "customer"],
    subscribe: ["mail", "customer"],
    merge: ["merge", "customer"],
    read: ["search"],
    card_issue: ["card", "card"],
    balance_change: ["coins", "card"],
    order_create: ["bag", "order"],
    order_save: ["bag", "order"],
    order_process: ["bag", "order"],
    order_status: ["truck", "order"],
    order_note: ["heart", "order"],
    order_calculate: ["bag"],
    list: ["cart", "list"],
    view_product: ["eye"],
    view_category: ["eye"],
    segment_include: ["tag", "card"],
    segment_exclude: ["tag", "card"],
    product_save: ["box"],
};
export const MOMENTS = {
    registered: ICONS.register,
    authorized: ICONS.authorize,
    edited: ICONS.edit,
    complemented: ICONS.edit,
    subscribed: ICONS.subscribe,
    unsubscribed: ICONS.subscribe,
    subscription: ICONS.subscribe,
    merged: ICONS.merge,
    contact_moved: ICONS.merge,
    stub: ICONS.register,
    card: ICONS.card_issue,
    balance: ICONS.balance_change,
    order_created: ICONS.order_create,
    order_updated: ICONS.order_save,
    order_status: ICONS.order_status,
    order_note: ICONS.order_note,
    segment: ICONS.segment_include,
    view_product: ICONS.view_product,
    view_category: ICONS.view_category,
    imported: ["upload"],
    called: ["mail"],
    list_set: ICONS.list,
    list_clear: ICONS.list,
    list_add: ICONS.list,
    list_count: ICONS.list,
    list_remove: ICONS.list,
};
export const LIST_ICONS = {Cart: "cart", WishList: "heart", BackInStock: "bell"};
export const TONES = {
    created: "info",
    paid: "violet",
    delivered: "good",
    cancelled: "bad",
    returned: "warn",
};
export const LANGUAGE = {now: null};
export function t(key, values = {}) {
    const text = WORDS[LANGUAGE.now][key] ?? WORDS.en[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "").trim();
}

export function h(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith("on")) {
            node.addEventListener(key.slice(2), value);
        } else if (value !== null && value !== undefined && value !== false) {
            node.setAttribute(key, value === true ? "" : value);
        }
    }
    node.append(
        ...children
            .flat(3)
            .filter((c) => c !== null && c !== undefined && c !== false && c !== "")
    );
    return node;
}

export function icon(name, extra = "") {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `icon ${extra}`);
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
    svg.firstChild.setAttribute("href", `#i-${name}`);
    return svg;
}

export const locale = () => (LANGUAGE.now === "ru" ? "ru-RU" : "en-GB");
export const number = (value) => new Intl.NumberFormat(locale()).format(value ?? 0);
export const cash = (value) =>
    value === null || value === undefined
        ? "–"
        : new Intl.NumberFormat(locale(), {
              minimumFractionDigits: 2,
              maximumFractionDigits: 2,
          }).format(value);
export const clock = (at) => new Date(at).toLocaleTimeString(locale(), {hour12: false});
export const day = (at) =>
    new Date(at).toLocaleString(locale(), {
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
    });
export const pill = (text, tone = "") =>
    text && h("span", {class: `pill ${tone}`}, text);
export const emblem = ([name, tone = ""]) =>
    h("span", {class: `kind ${tone}`}, icon(name));
export const short = (key) =>
    String(key ?? "")
        .split(":")
        .slice(1)
        .join(":") || key;
export const status = (line) =>
    line.status ? pill(line.status, TONES[line.category]) : pill("–");

export async function ask(path, method = "GET", body) {
    const options = {method};
    if (body !== undefined) {
        Object.assign(options, {
            body: JSON.stringify(body),
            headers: {"Content-Type": "application/json"},
        });
    }
    const answer = await fetch(path, options);
    const result = await answer.json();
    if (!answer.ok) {
        throw new Error(result.error || answer.status);
    }
    return result;
}

export function pretty(value) {
    const node = h("pre", {tabindex: "0"});
    if (value === "" || value === null || value === undefined) {
        return h("pre", {}, "–");
    }
    if (typeof value === "string") {
        return h("pre", {tabindex: "0"}, value);
    }
    const text = JSON.stringify(value, null, 2);
    const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d[\d.eE+-]*/g;
    let from = 0;
    for (const found of text.matchAll(token)) {
        node.append(text.slice(from, found.index));
        const kind = found[2] ? "k" : found[1] ? "s" : found[3] ? "w" : "n";
        node.append(
            h("span", {class: `j-${kind}`}, found[1] ?? found[0]),
            found[2] ?? ""
        );
        from = found.index + found[0].length;
    }
    node.append(text.slice(from));
    return node;
}

export function face(customer) {
    const name = customer.title || "?";
    const letters = name
        .split(/\s+/)
        .map((word) => [...word][0])
        .slice(0, 2)
        .join("")
        .toUpperCase();
    const hue = [...String(customer.id)].reduce(
        (sum, c) => (sum * 31 + c.charCodeAt(0)) % 360,
        7
    );
    return h(
        "span",
        {class: "face", style: `--hue:${(hue * 47) % 360}`, "aria-hidden": "true"},
        customer.title ? letters : "?"
    );
}

export const called = (customer) =>
    customer.title ||
    (customer.id ? t("unknown_customer", {n: customer.id}) : t("visitor"));
export const empty = (key, lead) =>
    h(
        "div",
        {class: "empty"},
        icon("box"),
        h("b", {}, t(key)),
        lead && h("p", {}, lead)
    );
export const facts = (pairs) =>
    h(
        "dl",
        {},
        pairs
            .filter(
                ([, value]) => value !== null && value !== undefined && value !== ""
            )
            .map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value)])
    );
export const boxOf = (title, ...content) =>
    h("section", {class: "box"}, h("h3", {}, title), ...content);
export const goods = (items) =>
    h(
        "ul",
        {class: "goods"},
        items.map((one) =>
            h(
                "li",
                {},
                h("span", {}, short(one.product)),
                h("span", {}, `${number(one.count)} × ${cash(one.price)}`)
            )
        )
    );
/* Another place of the page: a tab, or one customer or order of it. */
export function show(tab, open = null) {
    document.dispatchEvent(new CustomEvent("show", {detail: {tab, open}}));
}
export const link = (text, kind, id) =>
    h("button", {class: "linky", type: "button", onclick: () => show(kind, id)}, text);
export const backButton = (tab) =>
    h(
        "button",
        {
            class: "button",
            type: "button",
            "aria-label": t("back"),
            onclick: () => show(tab),
        },
        icon("back")
    );
