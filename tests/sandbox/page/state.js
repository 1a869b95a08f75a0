/* What the page knows and what it shows. */
export const KEPT = 400;
export const PAGE = 60;
export const TABS = [
    "calls",
    "customers",
    "orders",
    "lists",
    "cards",
    "segments",
    "imports",
];
export const view = {
    tab: "calls",
    filter: "all",
    query: "",
    shown: PAGE,
    open: null,
    paused: false,
};
export const box = {
    calls: [],
    waiting: [],
    last: 0,
    counts: {},
    faults: [],
    strictness: {},
    seed: 0,
    steps: {},
    live: "wait",
};
