import {DynamicSnippetProducts} from "@website_sale/snippets/s_dynamic_snippet_products/dynamic_snippet_products";
import {patch} from "@web/core/utils/patch";

const RULES = "/recommendation-rules";
const CARD = "[data-mindbox-source]";

/**
 * Puts the notice that Russian law asks for below products that are recommended, and
 * tells the shop when they are seen, and which one is clicked.
 */
patch(DynamicSnippetProducts.prototype, {
    renderContent() {
        super.renderContent(...arguments);
        const area = this.el.querySelector(".dynamic_snippet_template");
        const cards = [...area.querySelectorAll(CARD)];
        if (cards.length) {
            area.append(makeNotice(cards[0].dataset));
            this.watchRecommendations(area, cards);
        }
    },

    watchRecommendations(area, cards) {
        if (this.isWatched || document.body.classList.contains("editor_enable")) {
            return;
        }
        this.isWatched = true;
        const observer = new IntersectionObserver((entries) => {
            if (entries.some((entry) => entry.isIntersecting)) {
                observer.disconnect();
                tell("view", cards);
            }
        });
        observer.observe(area);
        this.registerCleanup(() => observer.disconnect());
        this.addListener(area, "click", (ev) => {
            const card = ev.target.closest(`${CARD}[data-mindbox-product]`);
            if (card) {
                tell("click", [card]);
            }
        });
    },
});

function makeNotice({mindboxNotice, mindboxSource}) {
    const notice = document.createElement("a");
    notice.href = RULES;
    notice.className = "o_mindbox_notice small text-muted d-block mt-2";
    notice.textContent = mindboxNotice;
    notice.dataset.mindboxSource = mindboxSource;
    return notice;
}

function tell(kind, cards) {
    const params = {
        kind,
        source: cards[0].dataset.mindboxSource,
        product_ids: cards.map((card) => parseInt(card.dataset.mindboxProduct, 10)),
    };
    const call = JSON.stringify({jsonrpc: "2.0", method: "call", params});
    // A beacon leaves even where the click leads to another page.
    navigator.sendBeacon(
        "/mindbox/recommendation",
        new Blob([call], {type: "application/json"})
    );
}
