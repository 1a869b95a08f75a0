import {cookie} from "@web/core/browser/cookie";

/**
 * Loads Mindbox's tracker on a website with a cookies bar: once the visitor has agreed
 * to optional cookies, and not before. Until then no request goes to Mindbox, and what
 * the page has to tell waits in the queue of the snippet.
 *
 * The page says only where the tracker is. It may be cached: whether a visitor has
 * agreed is known here.
 */
const snippet = document.getElementById("mindbox_tracker");

function hasAgreed() {
    try {
        const told = decodeURIComponent(cookie.get("website_cookies_bar") || "{}");
        return JSON.parse(told).optional === true;
    } catch {
        return false;
    }
}

function load() {
    const script = document.createElement("script");
    script.async = true;
    script.src = snippet.dataset.trackerSrc;
    document.head.append(script);
}

if (snippet && snippet.dataset.trackerSrc) {
    if (hasAgreed()) {
        load();
    } else {
        document.addEventListener("optionalCookiesAccepted", load, {once: true});
    }
}
