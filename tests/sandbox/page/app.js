/* The sandbox's page: what arrives, what it made of it, and the fault switches. */
const $ = (id) => document.getElementById(id);
const KEPT = 400;
const PAGE = 60;
const TABS = ["calls", "customers", "orders", "lists", "cards", "segments", "imports"];
const NUMBERS = [["calls"], ["effects"], ["duplicates"], ["errors", "bad"], ["warnings", "warn"],
                 ["customers"], ["orders"], ["views"]];
const SWITCHES = ["503", "429", "slow", "refused", "lost_answer", "html", "500", "502", "504",
                  "401", "403", "404", "400", "validation_error", "black_hole", "reset",
                  "half_answer", "empty"];
const FILTERS = {
  all: () => true, only_errors: (c) => c.error, only_warnings: (c) => c.warnings.length,
  only_faults: (c) => c.fault, only_duplicates: (c) => c.duplicate, only_stale: (c) => c.stale,
};
const ICONS = {
  register: ["user", "customer"], authorize: ["key", "customer"], edit: ["pen", "customer"],
  complement: ["user", "customer"], subscribe: ["mail", "customer"], merge: ["merge", "customer"],
  read: ["search"], card_issue: ["card", "card"], balance_change: ["coins", "card"],
  order_create: ["bag", "order"], order_save: ["bag", "order"], order_process: ["bag", "order"],
  order_status: ["truck", "order"], order_note: ["heart", "order"], order_calculate: ["bag"],
  list: ["cart", "list"], view_product: ["eye"], view_category: ["eye"],
  segment_include: ["tag", "card"], segment_exclude: ["tag", "card"], product_save: ["box"],
};
const MOMENTS = {
  registered: ICONS.register, authorized: ICONS.authorize, edited: ICONS.edit, complemented: ICONS.edit,
  subscribed: ICONS.subscribe, unsubscribed: ICONS.subscribe, subscription: ICONS.subscribe,
  merged: ICONS.merge, contact_moved: ICONS.merge, stub: ICONS.register, card: ICONS.card_issue,
  balance: ICONS.balance_change, order_created: ICONS.order_create, order_updated: ICONS.order_save,
  order_status: ICONS.order_status, order_note: ICONS.order_note, segment: ICONS.segment_include,
  view_product: ICONS.view_product, view_category: ICONS.view_category, imported: ["upload"],
  called: ["mail"], list_set: ICONS.list, list_clear: ICONS.list, list_add: ICONS.list,
  list_count: ICONS.list, list_remove: ICONS.list,
};
const LIST_ICONS = { Cart: "cart", WishList: "heart", BackInStock: "bell" };
const TONES = { created: "info", paid: "violet", delivered: "good", cancelled: "bad", returned: "warn" };

const view = { tab: "calls", filter: "all", query: "", shown: PAGE, open: null, paused: false };
const box = { calls: [], waiting: [], last: 0, counts: {}, faults: [], steps: {}, live: "wait" };
let language = localStorage.getItem("language") || (navigator.language.startsWith("ru") ? "ru" : "en");

/* -- small helpers ------------------------------------------------------------------------ */
function t(key, values = {}) {
  const text = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "").trim();
}

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((c) => c !== null && c !== undefined && c !== false && c !== ""));
  return node;
}

function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${extra}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  svg.firstChild.setAttribute("href", `#i-${name}`);
  return svg;
}

const locale = () => (language === "ru" ? "ru-RU" : "en-GB");
const number = (value) => new Intl.NumberFormat(locale()).format(value ?? 0);
const cash = (value) => value === null || value === undefined ? "–"
  : new Intl.NumberFormat(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
const clock = (at) => new Date(at).toLocaleTimeString(locale(), { hour12: false });
const day = (at) => new Date(at).toLocaleString(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const pill = (text, tone = "") => text && h("span", { class: `pill ${tone}` }, text);
const emblem = ([name, tone = ""]) => h("span", { class: `kind ${tone}` }, icon(name));
const short = (key) => String(key ?? "").split(":").slice(1).join(":") || key;
const status = (line) => line.status ? pill(line.status, TONES[line.category]) : pill("–");

async function ask(path, method = "GET", body) {
  const options = { method };
  if (body !== undefined) Object.assign(options, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const answer = await fetch(path, options);
  const result = await answer.json();
  if (!answer.ok) throw new Error(result.error || answer.status);
  return result;
}

function pretty(value) {
  const node = h("pre", { tabindex: "0" });
  if (value === "" || value === null || value === undefined) return h("pre", {}, "–");
  if (typeof value === "string") return h("pre", { tabindex: "0" }, value);
  const text = JSON.stringify(value, null, 2);
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d[\d.eE+-]*/g;
  let from = 0;
  for (const found of text.matchAll(token)) {
    node.append(text.slice(from, found.index));
    const kind = found[2] ? "k" : found[1] ? "s" : found[3] ? "w" : "n";
    node.append(h("span", { class: `j-${kind}` }, found[1] ?? found[0]), found[2] ?? "");
    from = found.index + found[0].length;
  }
  node.append(text.slice(from));
  return node;
}

function face(customer) {
  const name = customer.title || "?";
  const letters = name.split(/\s+/).map((word) => [...word][0]).slice(0, 2).join("").toUpperCase();
  const hue = [...String(customer.id)].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 7);
  return h("span", { class: "face", style: `--hue:${(hue * 47) % 360}`, "aria-hidden": "true" }, customer.title ? letters : "?");
}

const called = (customer) => customer.title || (customer.id ? t("unknown_customer", { n: customer.id }) : t("visitor"));
const empty = (key, lead) => h("div", { class: "empty" }, icon("box"), h("b", {}, t(key)), lead && h("p", {}, lead));

/* -- calls -------------------------------------------------------------------------------- */
function step(call) {
  const kind = box.steps[call.operation] || "";
  if (kind.startsWith("list")) return [LIST_ICONS[box.lists[call.operation]] || "cart", "list"];
  return ICONS[kind] || (call.mode === "bulk" ? ["upload", "customer"] : ["dot"]);
}

function marks(call) {
  const good = call.http_status === 200 && ["Success", "TransactionAlreadyProcessed"].includes(call.status);
  const label = call.http_status === 200 ? call.status || "200" : `${call.http_status ?? "–"}`;
  return h("span", { class: "marks" },
    call.warnings.length > 0 && pill(`! ${call.warnings.length}`, "warn"),
    call.stale && pill(t("stale"), "warn"),
    call.duplicate && pill(t("duplicate"), "info"),
    call.fault && pill(t(`f_${call.fault}`), "bad"),
    call.error && good && !call.duplicate && pill(t("no_effect"), "bad"),
    label === "TransactionAlreadyProcessed" ? null : pill(label, good ? "good" : "bad"));
}

function sum(call) {
  const about = call.about || {};
  return [about.order, about.status, about.total !== undefined && cash(about.total),
          about.items !== undefined && t("items", { n: about.items }), about.product,
          about.amount !== undefined && (about.amount > 0 ? "+" : "") + cash(about.amount)]
    .filter((part) => part !== false && part !== undefined && part !== null).join(" · ");
}

function callRow(call) {
  const [prefix, ...name] = (call.operation || "?").split(/\.(.+)/s).filter(Boolean);
  const button = h("button", { type: "button", "aria-expanded": "false", onclick: () => openCall(node, button, call) },
    h("time", { datetime: call.at }, clock(call.at)), emblem(step(call)),
    h("span", { class: "what" }, h("b", {}, (name[0] || prefix).split(/(?<=\.)/).flatMap((part) => [part, h("wbr")])),
      h("span", {}, h("span", { class: `mode ${call.mode}` }, call.mode || "?"), h("small", { class: "quiet" }, name.length ? prefix : ""))),
    h("span", { class: "who" }, call.customer.title || call.customer.key || h("span", { class: "quiet" }, t("no_customer")),
      call.customer.title && call.customer.key && h("small", {}, call.customer.key)),
    h("span", { class: "sum" }, sum(call)), marks(call), icon("chevron", "turn"));
  const node = h("article", { class: "call", "data-seq": call.seq }, button);
  return node;
}

async function openCall(node, button, call) {
  const open = node.querySelector(".detail");
  button.setAttribute("aria-expanded", String(!open));
  if (open) return open.remove();
  const full = await ask(`/api/calls/${call.seq}`).catch((error) => ({ ...call, body: error.message }));
  const facts = [["transaction", full.transaction_id], ["endpoint", full.endpoint_id], ["scheme", full.auth_scheme],
                 ["device", full.device_uuid], ["ip", full.customer_ip], ["took", `${full.ms} ms`]];
  node.append(h("div", { class: "detail" },
    (full.error || full.warnings.length > 0) && h("ul", { class: "notes" },
      full.error && h("li", { class: "bad" }, icon("warning"), full.error),
      full.warnings.map((one) => h("li", {}, icon("warning"), h("span", {}, h("span", { class: "mono" }, one.location), " ", one.message)))),
    h("div", { class: "pair" }, h("div", {}, h("h3", {}, t("sent")), pretty(full.body)),
      h("div", {}, h("h3", {}, t("answer")), pretty(full.answer))),
    h("dl", { class: "facts" }, facts.filter(([, value]) => value)
      .map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", { class: "mono" }, value)))),
    full.customer.id && h("p", {}, h("button", { class: "linky", type: "button", onclick: () => show("customers", full.customer.id) },
      call.customer.title || t("unknown_customer", { n: full.customer.id }), " →"))));
}

function matches(call) {
  const text = `${call.operation} ${call.customer.key} ${call.customer.title} ${call.transaction_id} ${call.status} ${call.error} ${sum(call)}`;
  return FILTERS[view.filter](call) && text.toLowerCase().includes(view.query.toLowerCase());
}

function drawCalls() {
  const found = box.calls.filter(matches);
  if (!box.calls.length) return [empty("no_calls", t("no_calls_lead", { url: box.api || "" }))];
  return found.length ? found.map(callRow) : [empty("nothing_found")];
}

function takeCalls(fresh) {
  box.calls = [...fresh.slice().reverse(), ...box.calls].slice(0, KEPT);
  if (view.tab !== "calls") return;
  const panel = $("panel");
  const rows = fresh.filter(matches);
  if (!rows.length) return;
  if (!panel.querySelector(".call")) panel.replaceChildren();
  for (const call of rows) {
    const row = callRow(call);
    row.classList.add("fresh");
    panel.prepend(row);
  }
  while (panel.childElementCount > KEPT) panel.lastChild.remove();
}

/* -- customers ---------------------------------------------------------------------------- */
function customerRow(one) {
  const segments = Object.values(one.segments).map((segment) => pill(segment, "violet"));
  return h("button", { class: "row", type: "button", onclick: () => show("customers", one.id) }, face(one),
    h("span", {}, h("b", {}, called(one)), h("small", {}, Object.entries(one.ids).map((pair) => pair.join(" ")).join(", ") || `Mindbox ${one.id}`)),
    h("span", { class: "second" }, one.email || one.mobilePhone || "", h("small", {}, one.email && one.mobilePhone ? one.mobilePhone : "")),
    h("span", { class: "marks" }, segments, one.lists.Cart > 0 && pill(`${t("Cart")} ${one.lists.Cart}`, "warn"),
      one.orders > 0 && pill(`${t("orders")} ${one.orders}`, "good")));
}

const facts = (pairs) => h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
  .map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value)]));
const boxOf = (title, ...content) => h("section", { class: "box" }, h("h3", {}, title), ...content);

function words(event) {
  const values = Object.fromEntries(Object.entries(event).map(([key, value]) => [key, value === null ? "–" : value]));
  if (event.list) values.list = t(event.list);
  if (event.item) values.item = short(event.item);
  if (event.fields) values.fields = Object.entries(event.fields).map((pair) => pair.join(" = ")).join(", ");
  if (event.amount !== undefined) Object.assign(values, { amount: (event.amount > 0 ? "+" : "") + number(event.amount), after: number(event.after) });
  if (event.lines?.length) values.status = event.lines.map((l) => `${l.line ?? ""} ${l.status} ${l.quantity ? "× " + number(l.quantity) : ""}`).join(", ");
  return t(event.order === undefined && WORDS.en[`o_${event.kind}`] ? `o_${event.kind}` : `t_${event.kind}`, values);
}

function moment(event) {
  const side = [event.total !== undefined && event.total !== null && cash(event.total), event.state && t(`s_${event.state}`),
                event.order && event.kind === "balance" && event.order !== "–" && `${t("order")} ${event.order}`, event.comment].filter(Boolean);
  const sign = event.list && LIST_ICONS[event.list] ? [LIST_ICONS[event.list], "list"] : MOMENTS[event.kind];
  return h("li", {}, emblem(sign || ["dot"]), h("div", {}, h("p", {}, words(event)),
    h("time", { datetime: event.at }, day(event.at)), side.length > 0 && h("span", { class: "quiet" }, ` · ${side.join(" · ")}`)));
}

const timeline = (events) => h("ol", { class: "timeline" },
  [...events].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.seq - a.seq)).slice(0, 80).map(moment));

const goods = (items) => h("ul", { class: "goods" }, items.map((one) => h("li", {}, h("span", {}, short(one.product)),
  h("span", {}, `${number(one.count)} × ${cash(one.price)}`))));

function plastic(card) {
  return h("div", { class: "plastic" }, h("div", {}, h("small", {}, card.type || t("cards")), h("b", {}, card.number)),
    h("div", {}, h("small", {}, card.status), h("b", {}, card.balance ? number(card.balance) : "")));
}

function consent(one) {
  const name = [one.brand, one.pointOfContact, one.topic].filter(Boolean).join(" · ");
  return pill(`${name}: ${t(one.state)}`, one.state === "subscribed" ? "good" : "bad");
}

function customerPage(one) {
  return h("div", { class: "page" },
    h("div", { class: "page-head" }, backButton(), face(one), h("div", { class: "grow" }, h("h2", {}, called(one)),
      h("p", { class: "quiet" }, `Mindbox ${one.id}`, one.merged.length > 0 && ` · ${t("merged_from")} ${one.merged.join(", ")}`)),
      h("div", { class: "chips" }, Object.entries(one.segments).map(([name, segment]) => pill(`${name}: ${segment}`, "violet")))),
    h("div", { class: "columns" }, h("div", { class: "stack" }, boxOf(t("timeline"), timeline(one.timeline))),
      h("div", { class: "stack" },
        boxOf(t("contacts"), facts([["email", one.email], ["phone", one.mobilePhone], ["birthday", one.birthDate],
          ["sex", one.sex && t(one.sex)], ["zone", one.timeZone], ...Object.entries(one.ids), ...Object.entries(one.customFields)])),
        one.subscriptions.length > 0 && boxOf(t("consents"), h("div", { class: "chips" }, one.subscriptions.map(consent))),
        (one.cards.length > 0 || one.balances.length > 0) && boxOf(t("balance"), one.cards.map(plastic),
          one.balances.map((b) => h("p", {}, `${b.systemName}: `, h("b", {}, number(b.total))))),
        Object.entries(one.lists).filter(([, l]) => l.items.length).map(([name, list]) => boxOf(t(name), goods(list.items))),
        boxOf(t("orders"), one.orders.length ? one.orders.map(orderLine) : h("p", { class: "quiet" }, t("no_orders"))))));
}

/* -- orders ------------------------------------------------------------------------------- */
function pills(order) {
  const seen = new Map(order.lines.map((line) => [line.status, line]));
  return [...seen.values()].map(status);
}

function orderRow(one) {
  return h("button", { class: "row", type: "button", onclick: () => show("orders", one.id) },
    emblem(ICONS.order_create), h("span", {}, h("b", {}, one.key), h("small", {}, day(one.changed))),
    h("span", { class: "second" }, one.customer ? called(one.customer) : t("nobody"), h("small", {}, t("lines", { n: one.lines.length }))),
    h("span", {}, h("span", { class: "money" }, cash(one.totalPrice ?? one.expectedTotal)), h("span", { class: "marks" },
      one.warnings.length > 0 && pill("!", "warn"), pills(one))));
}

const orderLine = (one) => h("p", { style: "display:flex;gap:10px;padding:4px 0;align-items:center;flex-wrap:wrap" },
  h("button", { class: "linky", type: "button", onclick: () => show("orders", one.id) }, one.key),
  h("span", { style: "flex:1" }, cash(one.totalPrice)), pills(one));

function lineRow(line) {
  const gone = ["cancelled", "returned"].includes(line.category);
  return h("tr", { class: gone ? "gone" : null }, h("td", {}, short(line.product)),
    h("td", { class: "right" }, number(line.quantity)), h("td", { class: "right" }, cash(line.price)), h("td", { class: "right" }, status(line)));
}

function orderPage(one) {
  const head = ["product", "quantity", "price", "status"].map((key, place) => h("th", { class: place ? "right" : null }, t(key)));
  const after = one.lines.some((line) => ["cancelled", "returned"].includes(line.category)) ? one.expectedTotal : null;
  const foot = [["delivery", one.deliveryCost], ["total", one.totalPrice], ["after_returns", after]].filter(([, value]) => value !== null)
    .map(([key, value]) => h("tr", {}, h("td", { colspan: 2 }, t(key)), h("td", { class: "right" }, cash(value)), h("td", {})));
  const sumsUp = one.totalPrice === null || one.warnings.length === 0;
  return h("div", { class: "page" },
    h("div", { class: "page-head" }, backButton(), emblem(ICONS.order_create),
      h("div", { class: "grow" }, h("h2", {}, `${t("order")} ${one.key}`), h("p", { class: "quiet" }, day(one.created))),
      h("div", { class: "chips" }, pills(one), pill(t(sumsUp ? "matches" : "sum_differs"), sumsUp ? "good" : "bad"))),
    one.warnings.length > 0 && h("ul", { class: "notes" }, one.warnings.map((w) => h("li", {}, icon("warning"), w))),
    h("div", { class: "columns" },
      h("div", { class: "stack" }, h("section", { class: "box" }, h("table", {}, h("thead", {}, h("tr", {}, head)),
        h("tbody", {}, one.lines.map(lineRow)), h("tfoot", {}, foot))),
        boxOf(t("owner"), one.customer ? h("button", { class: "linky", type: "button", onclick: () => show("customers", one.customer.id) }, called(one.customer))
          : h("p", { class: "quiet" }, t("nobody")),
        facts([["email", one.email], ["phone", one.mobilePhone],
          ["payments", one.payments.map((p) => `${p.type} ${cash(p.amount)}`).join(", ")],
          ["returned", one.returnedPayments.map((p) => `${p.type} ${cash(p.amount)}`).join(", ")],
          ...Object.entries(one.customFields)]))),
      h("div", { class: "stack" }, boxOf(t("timeline"), timeline(one.history)))));
}

/* -- the other tabs ----------------------------------------------------------------------- */
function listBox(one) {
  return h("section", { class: "box" }, h("h3", {}, icon(LIST_ICONS[one.list] || "cart"), " ", t(one.list)),
    h("button", { class: "linky", type: "button", onclick: () => show("customers", one.customer.id) }, called(one.customer)),
    one.items.length ? goods(one.items) : h("p", { class: "quiet" }, t("nothing")), h("p", { class: "quiet" }, day(one.at)));
}

function cardRow(one) {
  return h("div", { class: "row" }, emblem(ICONS.card_issue), h("span", {}, h("b", {}, one.number), h("small", {}, one.type || "")),
    h("span", { class: "second" }, one.customer ? h("button", { class: "linky", type: "button", onclick: () => show("customers", one.customer.id) },
      called(one.customer)) : h("span", { class: "quiet" }, t("nobody"))),
    h("span", { class: "marks" }, h("b", {}, cash(one.balance)), pill(one.status, one.status === "Activated" ? "good" : "")));
}

function segmentBoxes(rows) {
  const groups = Map.groupBy ? Map.groupBy(rows, (row) => row.segmentation) : new Map([["", rows]]);
  return [h("div", { class: "grid" }, [...groups].map(([name, group]) => {
    const most = Math.max(...group.map((row) => row.customers));
    return boxOf(name, group.sort((a, b) => b.customers - a.customers).map((row) => h("div", { style: "padding:5px 0" },
      h("span", { style: "display:flex;justify-content:space-between" }, h("b", {}, row.segment), number(row.customers)),
      h("div", { class: "stripe" }, h("i", { style: `width:${(100 * row.customers) / most}%` })))));
  }))];
}

function importRow(one) {
  const tone = one.state === "done" ? (one.rejected ? "warn" : "good") : one.state === "failed" ? "bad" : "info";
  return h("div", { class: "row" }, emblem(["upload", "customer"]),
    h("span", {}, h("b", {}, one.operation), h("small", {}, day(one.at)), one.problems.slice(0, 4).map((p) => h("small", {}, `${t("row", { n: p.row })}: ${p.reason}`))),
    h("span", { class: "second" }, `${t("done")} ${number(one.done)} / ${number(one.rows)}`,
      h("div", { class: "stripe" }, h("i", { style: `width:${one.rows ? (100 * one.done) / one.rows : 0}%` }))),
    h("span", { class: "marks" }, one.rejected > 0 && pill(`${t("rejected")} ${number(one.rejected)}`, "bad"), pill(one.state, tone)));
}

const ROWS = {
  customers: (rows) => rows.map(customerRow), orders: (rows) => rows.map(orderRow),
  lists: (rows) => [h("div", { class: "grid" }, rows.map(listBox))], cards: (rows) => rows.map(cardRow),
  segments: segmentBoxes, imports: (rows) => rows.map(importRow),
};
const PAGES = { customers: customerPage, orders: orderPage };

function backButton() {
  return h("button", { class: "button", type: "button", "aria-label": t("back"), onclick: () => show(view.tab) }, icon("back"));
}

async function drawDomain() {
  const { tab, open, query, shown } = view;
  if (open !== null) return [PAGES[tab](await ask(`/api/${tab}/${encodeURIComponent(open)}`))];
  const found = await ask(`/api/${tab}?limit=${shown}&q=${encodeURIComponent(query)}`);
  if (!found[tab].length) return [empty(query ? "nothing_found" : "nothing")];
  const more = found.total > shown && h("button", { class: "button more", type: "button", onclick: () => { view.shown += PAGE; draw(); } },
    `${t("more")} (${number(found.total - shown)})`);
  return [...ROWS[tab](found[tab]), more].filter(Boolean);
}

/* -- drawing ------------------------------------------------------------------------------ */
let turn = 0;
async function draw() {
  const mine = ++turn;
  const nodes = view.tab === "calls" ? drawCalls() : await drawDomain().catch(() => [empty("nothing")]);
  if (mine === turn) $("panel").replaceChildren(...nodes);
}

function drawTabs() {
  $("tabs").replaceChildren(...TABS.map((tab) => h("button", {
    role: "tab", type: "button", id: `tab-${tab}`, "aria-selected": String(view.tab === tab), "aria-controls": "panel",
    tabindex: view.tab === tab ? "0" : "-1", onclick: () => show(tab),
  }, t(tab), box.counts[tab] > 0 && tab !== "calls" && h("small", {}, number(box.counts[tab])))));
  $("panel").setAttribute("aria-labelledby", `tab-${view.tab}`);
}

function drawFilters() {
  $("filters").replaceChildren(...(view.tab !== "calls" ? [] : Object.keys(FILTERS).map((key) => h("button", {
    type: "button", "aria-pressed": String(view.filter === key), onclick: () => { view.filter = key; drawFilters(); draw(); },
  }, t(key)))));
}

function drawNumbers() {
  $("numbers").replaceChildren(...NUMBERS.map(([key, tone]) => h("li", { class: box.counts[key] && tone },
    h("b", {}, number(box.counts[key])), h("span", {}, t(key)))));
}

function drawLive() {
  const state = view.paused && box.live === "on" ? "wait" : box.live;
  const text = { on: "live", wait: "paused", off: "lost" }[state];
  $("live").className = `live ${state === "on" ? "" : state}`;
  $("live").lastElementChild.textContent = t(text) + (box.waiting.length ? ` · ${t("waiting", { n: number(box.waiting.length) })}` : "");
  $("pause").textContent = t(view.paused ? "resume" : "pause");
  $("pause").setAttribute("aria-pressed", String(view.paused));
}

function faultName(fault) {
  if (fault.series) return `${t("f_series")}: ${fault.series.map((s) => s.kind).join(", ")}`;
  return `${/^\d/.test(fault.kind) ? fault.kind + " " : ""}${t(`f_${fault.kind}`)}`;
}

function drawFaults() {
  const on = new Set(box.faults.filter((f) => !f.series).map((f) => f.kind));
  const focused = document.activeElement?.dataset?.kind;
  $("switches").replaceChildren(...SWITCHES.map((kind) => h("button", {
    type: "button", "data-kind": kind, "aria-pressed": String(on.has(kind)), onclick: () => toggle(kind, on.has(kind)),
  }, /^\d/.test(kind) ? [h("b", {}, kind), h("small", {}, t(`f_${kind}`))] : h("b", { style: "font-size:12.5px" }, t(`f_${kind}`)))));
  if (focused) $("switches").querySelector(`[data-kind="${focused}"]`)?.focus();
  $("active").replaceChildren(...box.faults.map((fault) => h("li", {}, h("span", {}, h("b", {}, faultName(fault)), h("br"),
    h("small", {}, [fault.operation || t("all_calls"), fault.times ? t("times_left", { n: fault.hits, m: fault.times }) : t("hits", { n: fault.hits })].join(" · "))),
    h("button", { type: "button", "aria-label": `${t("turn_off")}: ${faultName(fault)}`, onclick: () => ask(`/api/faults/${fault.id}`, "DELETE") }, "×"))));
  const texts = box.faults.map((fault) => fault.kind === "refused" ? t("alarm_refused") : faultName(fault) + (fault.operation ? ` · ${fault.operation}` : ""));
  $("alarm").hidden = !texts.length;
  $("alarm-text").textContent = t("alarm", { s: [...new Set(texts)].join(" + ") });
  $("fault-count").hidden = !texts.length;
  $("fault-count").textContent = texts.length;
}

function drawAll() {
  document.documentElement.lang = language;
  document.title = t("title");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  $("search").setAttribute("aria-label", t("search"));
  for (const node of document.querySelectorAll("[data-language]")) node.setAttribute("aria-pressed", String(node.dataset.language === language));
  const option = $("fault-operation").options[0];
  if (option) option.textContent = t("all_calls");
  drawTabs(); drawFilters(); drawNumbers(); drawLive(); drawFaults(); draw();
}

function show(tab, open = null) {
  Object.assign(view, { tab, open, shown: PAGE });
  if (open !== null) { view.query = ""; $("search").value = ""; }
  location.hash = open === null ? tab : `${tab}/${open}`;
  drawTabs(); drawFilters(); draw();
}

/* -- the stream --------------------------------------------------------------------------- */
let redraw = null;
function receive(news) {
  if (news.last < box.last) Object.assign(box, { calls: [], waiting: [], last: 0 });
  const fresh = news.calls.filter((call) => call.seq > box.last);
  const restarted = news.last < box.last;
  box.last = news.last;
  if (view.paused) box.waiting.push(...fresh);
  else if (fresh.length) takeCalls(fresh);
  if (restarted || (news.last === 0 && view.tab === "calls")) draw();
  const changed = JSON.stringify(news.counts) !== JSON.stringify(box.counts);
  Object.assign(box, { counts: news.counts, faults: news.faults });
  if (document.activeElement !== $("latency")) setLatency(news.latency_ms);
  drawNumbers(); drawLive(); drawFaults();
  if (changed && !redraw && !view.paused) redraw = setTimeout(() => { redraw = null; drawTabCounts(); if (view.tab !== "calls") draw(); }, 600);
}

function drawTabCounts() {
  const focused = document.activeElement?.id;
  drawTabs();
  if (focused?.startsWith("tab-")) $(focused)?.focus();
}

function setLatency(value) {
  $("latency").value = value;
  $("latency-out").textContent = `${number(value)} ms`;
}

function listen(since) {
  const source = new EventSource(`/api/stream?since=${since}`);
  source.onopen = () => { box.live = "on"; drawLive(); };
  source.onerror = () => { box.live = "off"; drawLive(); };
  source.onmessage = (event) => receive(JSON.parse(event.data));
}

/* -- switches ----------------------------------------------------------------------------- */
async function toggle(kind, on) {
  if (on) return ask(`/api/faults?kind=${kind}`, "DELETE");
  const wide = kind === "refused";
  const times = Number($("fault-times").value) || null;
  await ask("/api/faults", "POST", {
    kind, operation: wide ? null : $("fault-operation").value || null, times: wide ? null : times,
    seconds: kind === "slow" ? Number($("fault-seconds").value) : null,
    retry_after: kind === "429" ? $("fault-retry").value || null : null,
  });
}

function wire() {
  $("alarm-off").onclick = () => ask("/api/faults", "DELETE");
  $("pause").onclick = () => {
    view.paused = !view.paused;
    if (!view.paused) { takeCalls(box.waiting); box.waiting = []; draw(); }
    drawLive();
  };
  $("clear").onclick = () => { box.calls = []; box.waiting = []; draw(); drawLive(); };
  $("search").oninput = (event) => { view.query = event.target.value; if (view.open !== null) view.open = null; draw(); };
  $("latency").oninput = (event) => { $("latency-out").textContent = `${number(event.target.value)} ms`; };
  $("latency").onchange = (event) => ask("/api/settings", "PUT", { latency_ms: Number(event.target.value) });
  $("series").onsubmit = (event) => {
    event.preventDefault();
    const series = $("series-steps").value.split(/[\s,]+/).filter(Boolean);
    const field = $("series-steps");
    ask("/api/faults", "POST", { series, per: $("series-per").value, operation: $("fault-operation").value || null })
      .then(() => field.setCustomValidity(""), (error) => { field.setCustomValidity(error.message); field.reportValidity(); });
  };
  $("series-steps").oninput = (event) => event.target.setCustomValidity("");
  $("tabs").onkeydown = (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    show(TABS[(TABS.indexOf(view.tab) + move + TABS.length) % TABS.length]);
    $(`tab-${view.tab}`).focus();
  };
  for (const node of document.querySelectorAll("[data-language]")) {
    node.onclick = () => { language = node.dataset.language; localStorage.setItem("language", language); drawAll(); };
  }
  window.onhashchange = () => readHash() && drawAll();
}

function readHash() {
  const [tab, open = null] = location.hash.slice(1).split("/");
  if (!TABS.includes(tab) || (tab === view.tab && String(open) === String(view.open))) return false;
  Object.assign(view, { tab, open: PAGES[tab] ? open : null });
  return true;
}

async function start() {
  const chosen = new URLSearchParams(location.search).get("lang");
  if (WORDS[chosen]) language = chosen;
  wire();
  readHash();
  if (matchMedia("(max-width: 1080px)").matches) document.querySelector(".faults details").open = false;
  const [state, operations] = await Promise.all([ask("/api/state"), ask("/api/operations")]);
  box.steps = Object.fromEntries(operations.operations.map((one) => [one.name, one.step]));
  box.lists = Object.fromEntries(operations.operations.map((one) => [one.name, one.list]));
  box.api = state.api_url;
  $("address").textContent = `${state.api_url}/v3/operations · ${state.endpoints.join(", ")}`;
  const names = operations.operations.map((one) => one.name).sort();
  $("fault-operation").replaceChildren(h("option", { value: "" }, t("all_calls")), ...names.map((name) => h("option", { value: name }, name)));
  drawAll();
  listen(Math.max(0, state.last - 150));
}

start();
