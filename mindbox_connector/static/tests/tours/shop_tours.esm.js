import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("mindbox_favorite_order_tour", {
    steps: () => [
        {
            content: "Mark the order, without leaving the list",
            trigger: ".o_mindbox_favorite[aria-pressed='false']",
            run: "click",
        },
        {
            content: "It is marked once the shop has stored it",
            trigger: ".o_mindbox_favorite[aria-pressed='true'] .fa-star",
        },
        {
            content: "See the favourites only",
            trigger: "a[href*='filterby=favorite']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is one of them",
            trigger: ".o_mindbox_favorite[aria-pressed='true']",
        },
    ],
});

tours.add("mindbox_subscriptions_tour", {
    steps: () => [
        {
            content: "Agree to e-mails",
            trigger: "input[role='switch'][name='email']",
            run: "click",
        },
        {
            content: "Save the choice",
            trigger: "form[action='/my/subscriptions'] button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The choice is saved and shown",
            trigger: ".alert-success",
        },
        {
            content: "What was not chosen stays undecided",
            trigger: "li:has(input[name='sms']):contains('not chosen yet')",
        },
    ],
});

tours.add("mindbox_product_view_tour", {
    steps: () => [
        {
            content: "The page tells the shop once it is shown",
            trigger: ".o_wsale_product_page",
            async run() {
                const told = () =>
                    performance
                        .getEntriesByType("resource")
                        .some((entry) => entry.name.includes("/mindbox/view"));
                while (!told()) {
                    await new Promise((resolve) => setTimeout(resolve, 50));
                }
            },
        },
    ],
});

tours.add("mindbox_tracker_tour", {
    steps: () => [
        {
            content: "Nothing of Mindbox is loaded before the visitor has agreed",
            trigger: "html:not(:has(script[src*='tracker.js']))",
        },
        {
            content: "Take the necessary cookies only",
            trigger: "#website_cookies_bar #cookies-consent-essential",
            run: "click",
        },
        {
            content: "Look at another page",
            trigger: "body:not(.modal-open) a[href='/shop']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Nothing is loaded there, either",
            trigger: "html:not(:has(script[src*='tracker.js'])) #products_grid",
        },
    ],
});

tours.add("mindbox_tracker_agreed_tour", {
    steps: () => [
        {
            content: "Agree to all cookies",
            trigger: "#website_cookies_bar #cookies-consent-all",
            run: "click",
        },
        {
            content: "The tracker is loaded at once",
            trigger: "html:has(script[src*='/scripts/v1/tracker.js'])",
        },
        {
            content: "Look at another page",
            trigger: "body:not(.modal-open) a[href='/shop']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is loaded there, too",
            trigger: "html:has(script[src*='/scripts/v1/tracker.js']) #products_grid",
        },
    ],
});
