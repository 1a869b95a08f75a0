/* The page: tabs, the live stream, and the wires between them. */
import {$, LANGUAGE, WORDS, ask, empty, h, number, show, t} from "./dom.js";
import {PAGE, TABS, box, view} from "./state.js";
import {FILTERS, drawCalls, takeCalls, takeExecuted} from "./calls.js";
import {drawFaults, setLatency} from "./faults.js";
import {customerPage, customerRow, orderPage, orderRow} from "./people.js";
import {cardRow, importRow, listBox, segmentBoxes} from "./rest.js";
import {drawStrictness} from "./strictness.js";
import {drawWebhooks, wireWebhooks} from "./webhooks.js";

const NUMBERS = [
    ["calls"],
    ["waiting", "info"],
    ["effects"],
    ["duplicates"],
    ["errors", "bad"],
    ["failed_late", "bad"],
    ["warnings", "warn"],
    ["orders"],
];
const ROWS = {
    customers: (rows) => rows.map(customerRow),
    orders: (rows) => rows.map(orderRow),
    lists: (rows) => [h("div", {class: "grid"}, rows.map(listBox))],
    cards: (rows) => rows.map(cardRow),
    segments: segmentBoxes,
    imports: (rows) => rows.map(importRow),
};
const PAGES = {customers: customerPage, orders: orderPage};

let turn = 0;
async function drawDomain() {
    const {tab, open, query, shown} = view;
    if (open !== null) {
        return [PAGES[tab](await ask(`/api/${tab}/${encodeURIComponent(open)}`))];
    }
    const found = await ask(
        `/api/${tab}?limit=${shown}&q=${encodeURIComponent(query)}`
    );
    if (!found[tab].length) {
        return [empty(query ? "nothing_found" : "nothing")];
    }
    const more =
        found.total > shown &&
        h(
            "button",
            {
                class: "button more",
                type: "button",
                onclick: () => document.dispatchEvent(new Event("more")),
            },
            `${t("more")} (${number(found.total - shown)})`
        );
    return [...ROWS[tab](found[tab]), more].filter(Boolean);
}

async function draw() {
    const mine = ++turn;
    const nodes =
        view.tab === "calls"
            ? drawCalls()
            : await drawDomain().catch(() => [empty("nothing")]);
    if (mine === turn) {
        $("panel").replaceChildren(...nodes);
    }
}

function drawTabs() {
    const focused = $("tabs").contains(document.activeElement);
    $("tabs").replaceChildren(
        ...TABS.map((tab) =>
            h(
                "button",
                {
                    role: "tab",
                    type: "button",
                    id: `tab-${tab}`,
                    "aria-selected": String(view.tab === tab),
                    "aria-controls": "panel",
                    tabindex: view.tab === tab ? "0" : "-1",
                    onclick: () => show(tab),
                },
                t(tab),
                box.counts[tab] > 0 &&
                    tab !== "calls" &&
                    h("small", {}, number(box.counts[tab]))
            )
        )
    );
    $("panel").setAttribute("aria-labelledby", `tab-${view.tab}`);
    if (focused) {
        $(`tab-${view.tab}`).focus();
    }
}

function drawFilters() {
    const focused = $("filters").contains(document.activeElement);
    $("filters").replaceChildren(
        ...(view.tab !== "calls"
            ? []
            : Object.keys(FILTERS).map((key) =>
                  h(
                      "button",
                      {
                          type: "button",
                          "aria-pressed": String(view.filter === key),
                          onclick: () => {
                              view.filter = key;
                              show(view.tab);
                          },
                      },
                      t(key)
                  )
              ))
    );
    if (focused) {
        $("filters").querySelector("[aria-pressed=true]")?.focus();
    }
}

function drawNumbers() {
    $("numbers").replaceChildren(
        ...NUMBERS.map(([key, tone]) =>
            h(
                "li",
                {class: box.counts[key] && tone},
                h("b", {}, number(box.counts[key])),
                h("span", {}, t(`number_${key}`))
            )
        )
    );
}

function drawLive() {
    const state = view.paused && box.live === "on" ? "wait" : box.live;
    const text = {on: "live", wait: "paused", off: "lost"}[state];
    $("live").className = `live ${state === "on" ? "" : state}`;
    $("live").lastElementChild.textContent =
        t(text) +
        (box.waiting.length
            ? ` · ${t("new_calls", {n: number(box.waiting.length)})}`
            : "");
    $("pause").textContent = t(view.paused ? "resume" : "pause");
    $("pause").setAttribute("aria-pressed", String(view.paused));
}

function drawAll() {
    document.documentElement.lang = LANGUAGE.now;
    document.title = t("title");
    for (const node of document.querySelectorAll("[data-t]")) {
        node.textContent = t(node.dataset.t);
    }
    for (const node of document.querySelectorAll("[data-placeholder]")) {
        node.placeholder = t(node.dataset.placeholder);
    }
    for (const node of document.querySelectorAll("[data-label]")) {
        node.setAttribute("aria-label", t(node.dataset.label));
    }
    $("search").setAttribute("aria-label", t("search"));
    for (const node of document.querySelectorAll("[data-language]")) {
        node.setAttribute(
            "aria-pressed",
            String(node.dataset.language === LANGUAGE.now)
        );
    }
    const option = $("fault-operation").options[0];
    if (option) {
        option.textContent = t("all_calls");
    }
    drawTabs();
    drawFilters();
    drawNumbers();
    drawLive();
    drawFaults();
    drawStrictness(true);
    draw();
}

function turnTo(tab, place = null) {
    Object.assign(view, {tab, open: place, shown: PAGE});
    if (place !== null) {
        view.query = "";
        $("search").value = "";
    }
    location.hash = place === null ? tab : `${tab}/${place}`;
    drawTabs();
    drawFilters();
    draw();
}

let redraw = null;
function receive(news) {
    if (news.last < box.last) {
        Object.assign(box, {calls: [], waiting: [], last: 0});
    }
    const fresh = news.calls.filter((call) => call.seq > box.last);
    const restarted = news.last < box.last;
    box.last = news.last;
    if (view.paused) {
        box.waiting.push(...fresh);
    } else if (fresh.length) {
        takeCalls(fresh);
    }
    takeExecuted(news.executed);
    if (restarted || (news.last === 0 && view.tab === "calls")) {
        draw();
    }
    const changed = JSON.stringify(news.counts) !== JSON.stringify(box.counts);
    const {counts, faults, strictness, seed} = news;
    Object.assign(box, {counts, faults, strictness, seed});
    drawStrictness();
    if (document.activeElement !== $("latency")) {
        setLatency(news.latency_ms);
    }
    drawNumbers();
    drawLive();
    drawFaults();
    if (changed && !redraw && !view.paused) {
        redraw = setTimeout(() => {
            redraw = null;
            drawTabs();
            if (view.tab !== "calls") {
                draw();
            }
        }, 600);
    }
}

function listen(since) {
    const source = new EventSource(`/api/stream?since=${since}`);
    source.onopen = () => {
        box.live = "on";
        drawLive();
    };
    source.onerror = () => {
        box.live = "off";
        drawLive();
    };
    source.onmessage = (event) => receive(JSON.parse(event.data));
}

function readHash() {
    const [tab, open = null] = location.hash.slice(1).split("/");
    if (
        !TABS.includes(tab) ||
        (tab === view.tab && String(open) === String(view.open))
    ) {
        return false;
    }
    Object.assign(view, {tab, open: PAGES[tab] ? open : null});
    return true;
}

function wire() {
    wireWebhooks();
    $("alarm-off").onclick = () => ask("/api/faults", "DELETE");
    $("pause").onclick = () => {
        view.paused = !view.paused;
        if (!view.paused) {
            takeCalls(box.waiting);
            box.waiting = [];
            draw();
        }
        drawLive();
    };
    $("clear").onclick = () => {
        box.calls = [];
        box.waiting = [];
        draw();
        drawLive();
    };
    $("search").oninput = (event) => {
        view.query = event.target.value;
        if (view.open !== null) {
            view.open = null;
        }
        draw();
    };
    $("latency").oninput = (event) => {
        $("latency-out").textContent = `${number(event.target.value)} ms`;
    };
    $("latency").onchange = (event) =>
        ask("/api/settings", "PUT", {latency_ms: Number(event.target.value)});
    $("series").onsubmit = (event) => {
        event.preventDefault();
        const series = $("series-steps")
            .value.split(/[\s,]+/)
            .filter(Boolean);
        const field = $("series-steps");
        ask("/api/faults", "POST", {
            series,
            per: $("series-per").value,
            operation: $("fault-operation").value || null,
        }).then(
            () => field.setCustomValidity(""),
            (error) => {
                field.setCustomValidity(error.message);
                field.reportValidity();
            }
        );
    };
    $("series-steps").oninput = (event) => event.target.setCustomValidity("");
    $("tabs").onkeydown = (event) => {
        const move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (!move) {
            return;
        }
        turnTo(TABS[(TABS.indexOf(view.tab) + move + TABS.length) % TABS.length]);
        $(`tab-${view.tab}`).focus();
    };
    for (const node of document.querySelectorAll("[data-language]")) {
        node.onclick = () => {
            LANGUAGE.now = node.dataset.language;
            localStorage.setItem("language", LANGUAGE.now);
            drawAll();
        };
    }
    document.addEventListener("more", () => {
        view.shown += PAGE;
        draw();
    });
    document.addEventListener("show", (event) =>
        turnTo(event.detail.tab, event.detail.open)
    );
    window.onhashchange = () => readHash() && drawAll();
}

function firstLanguage() {
    const asked = new URLSearchParams(location.search).get("lang");
    const found = [
        asked,
        localStorage.getItem("language"),
        navigator.language.slice(0, 2),
    ];
    return found.find((one) => WORDS[one]) || "en";
}

async function start() {
    LANGUAGE.now = firstLanguage();
    wire();
    readHash();
    if (matchMedia("(max-width: 1080px)").matches) {
        for (const part of document.querySelectorAll("aside details")) {
            part.open = false;
        }
    }
    const [state, operations] = await Promise.all([
        ask("/api/state"),
        ask("/api/operations"),
    ]);
    box.steps = Object.fromEntries(
        operations.operations.map((one) => [one.name, one.step])
    );
    box.lists = Object.fromEntries(
        operations.operations.map((one) => [one.name, one.list])
    );
    box.api = state.api_url;
    Object.assign(box, {strictness: state.strictness, seed: state.seed});
    $("address").textContent =
        `${state.api_url}/v3/operations · ${state.endpoints.join(", ")}`;
    const names = operations.operations.map((one) => one.name).sort();
    $("fault-operation").replaceChildren(
        h("option", {value: ""}, t("all_calls")),
        ...names.map((name) => h("option", {value: name}, name))
    );
    drawAll();
    drawWebhooks();
    listen(Math.max(0, state.last - 150));
}

start();
